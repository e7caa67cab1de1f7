import type { Settings } from "../settings.js";
import { endpointOf, type Endpoint } from "./endpoint.js";

const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_FAILED_NAMED = 16;
const MAX_ENDPOINTS = 64;
const MAX_TTL_SECONDS = 7 * 24 * 60 * 60;

/** Gateways, the best first. */
export interface EndpointList {
    readonly endpoints: readonly Endpoint[];

    /** For how long the list is fresh. */
    readonly ttlMs: number;

    /** The heartbeat interval that is advised; 0 = none. */
    readonly heartbeatMs: number;
}

/** The first useful answer of the dispatchers; undefined: none of them has one. */
export async function askDispatchers(
    settings: Settings,
    network: string,
    failed: readonly string[],
    stop: AbortSignal,
): Promise<EndpointList | undefined> {
    for (const dispatcher of settings.dispatchers) {
        const list = stop.aborted ? undefined : await ask(dispatcher, settings, network, failed, stop);
        if (list !== undefined) {
            return list;
        }
    }

    return undefined;
}

async function ask(
    dispatcher: string,
    settings: Settings,
    network: string,
    failed: readonly string[],
    stop: AbortSignal,
): Promise<EndpointList | undefined> {
    const over = new AbortController();
    const abort = () => over.abort();
    const late = setTimeout(abort, settings.connectTimeoutMs);
    stop.addEventListener("abort", abort);
    try {
        // A plain request that a browser sends without asking first, without what the page knows.
        const response = await settings.fetch(addressOf(dispatcher, settings, network, failed), {
            cache: "no-store",
            credentials: "omit",
            referrerPolicy: "no-referrer",
            signal: over.signal,
        });
        return response.ok ? listOf(JSON.parse(await textOf(response)), settings) : undefined;
    } catch {
        return undefined; // not there, too late, or no answer of a dispatcher
    } finally {
        over.abort();
        clearTimeout(late);
        stop.removeEventListener("abort", abort);
    }
}

function addressOf(dispatcher: string, settings: Settings, network: string, failed: readonly string[]): string {
    const { app, user, transport } = settings;
    const query = new URLSearchParams({ app, user, transport });
    if (network !== "") query.set("network", network);
    if (failed.length > 0) query.set("failed", failed.slice(0, MAX_FAILED_NAMED).join(","));
    return `${dispatcher.replace(/\/+$/, "")}/v1/endpoints?${query}`;
}

async function textOf(response: Response): Promise<string> {
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
        bytes += part.value.length;
        if (bytes > MAX_ANSWER_BYTES) {
            throw new Error(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
        }

        text += decoder.decode(part.value, { stream: true });
    }

    return text + decoder.decode();
}

function listOf(answer: { endpoints?: unknown; ttl_seconds?: unknown; heartbeat_ms?: unknown } | null, { transport }: Settings) {
    const endpoints = (Array.isArray(answer?.endpoints) ? answer.endpoints : [])
        .slice(0, MAX_ENDPOINTS)
        .filter((entry) => entry?.transport === transport)
        .map((entry) => endpointOf(entry.host, entry.port, transport))
        .filter((endpoint) => endpoint !== undefined);
    const seconds = numberOf(answer?.ttl_seconds);
    return endpoints.length === 0
        ? undefined
        : { endpoints, ttlMs: 1000 * Math.min(seconds, MAX_TTL_SECONDS), heartbeatMs: numberOf(answer?.heartbeat_ms) };
}

function numberOf(value: unknown): number {
    return typeof value === "number" && value > 0 ? value : 0;
}
