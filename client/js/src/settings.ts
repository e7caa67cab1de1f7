import { MemoryCursorStore } from "./cursors/cursor-store.js";
import { parseEndpoint, type Endpoint, type Transport } from "./endpoints/endpoint.js";
import type { HeartbeatOptions, PushClientOptions, ReceiveOptions, ReconnectOptions } from "./options.js";

type Given = "token" | "tokenProvider" | "onPush" | "onChat" | "signal";

/** Options with their defaults, checked. @internal */
export type Settings = Required<Omit<PushClientOptions, Given | "endpoints" | "network" | "receive" | "heartbeat" | "reconnect">> &
    Pick<PushClientOptions, Given> & {
        readonly endpoints: readonly Endpoint[];
        readonly network: () => string;
        readonly receive: Required<ReceiveOptions>;
        readonly heartbeat: Required<HeartbeatOptions>;
        readonly reconnect: Required<ReconnectOptions>;
    };

const MAX_MS = 24 * 60 * 60 * 1000;
const MAX_NAME_BYTES = 128;

// What a dispatcher takes.
const MAX_NETWORK_LENGTH = 32;

/** @throws TypeError that names every option that is missing or bad. */
export function settingsOf(options: PushClientOptions): Settings {
    const transport = options.transport ?? (globalThis.location?.protocol === "https:" ? "wss" : "ws");
    const network = options.network ?? detectedNetwork;
    const settings = {
        ...options,
        dispatchers: options.dispatchers ?? [],
        endpoints: (options.endpoints ?? []).map((text) => parseEndpoint(text, transport)),
        transport,
        app: options.app ?? "default",
        device: options.device ?? "",
        network: () => networkOf(network),
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        closeTimeoutMs: options.closeTimeoutMs ?? 2_000,
        maxMessageLength: options.maxMessageLength ?? 1024 * 1024,
        maxBufferedBytes: options.maxBufferedBytes ?? 1024 * 1024,
        addressCache: options.addressCache === undefined ? browserStorage() : options.addressCache,
        webSocket: options.webSocket ?? ((url: string) => new WebSocket(url)),
        fetch: options.fetch ?? ((...request: Parameters<typeof fetch>) => fetch(...request)),
        receive: {
            cursors: options.receive?.cursors ?? new MemoryCursorStore(),
            acknowledge: options.receive?.acknowledge ?? "afterHandler",
            onFault: options.receive?.onFault ?? "stop",
            retryDelayMs: options.receive?.retryDelayMs ?? 1_000,
            maxRetryDelayMs: options.receive?.maxRetryDelayMs ?? 30_000,
            maxQueuedMessages: options.receive?.maxQueuedMessages ?? 10_000,
            maxQueuedBytes: options.receive?.maxQueuedBytes ?? 16 * 1024 * 1024,
            acknowledgeWithinMs: options.receive?.acknowledgeWithinMs ?? 100,
        },
        heartbeat: {
            intervalMs: options.heartbeat?.intervalMs ?? 10_000,
            answerTimeoutMs: options.heartbeat?.answerTimeoutMs ?? 30_000,
            probeTimeoutMs: options.heartbeat?.probeTimeoutMs ?? 5_000,
            followDispatcher: options.heartbeat?.followDispatcher ?? false,
        },
        reconnect: {
            initialDelayMs: options.reconnect?.initialDelayMs ?? 1_000,
            factor: options.reconnect?.factor ?? 2,
            maxDelayMs: options.reconnect?.maxDelayMs ?? 30_000,
            jitter: options.reconnect?.jitter ?? 0.5,
            stableAfterMs: options.reconnect?.stableAfterMs ?? 10_000,
            maxRetryAfterMs: options.reconnect?.maxRetryAfterMs ?? 600_000,
            maxAttempts: options.reconnect?.maxAttempts ?? Number.MAX_SAFE_INTEGER,
        },
    };
    const faults = [...faultsOf(settings, options)];
    if (faults.length > 0) {
        throw new TypeError(`Bad options. ${faults.join(" ")}`);
    }

    return settings as Settings;
}

type Unchecked = Omit<Settings, "endpoints"> & { readonly endpoints: readonly (Endpoint | undefined)[] };

function* faultsOf(settings: Unchecked, given: PushClientOptions): Generator<string> {
    const { dispatchers, endpoints, user, receive } = settings;
    if (dispatchers.length + endpoints.length === 0) yield "dispatchers is empty and so is endpoints; one of them is needed.";
    for (const dispatcher of dispatchers) {
        if (!isHttp(dispatcher)) yield `dispatchers has '${dispatcher}'; it takes http(s)://host:port.`;
    }

    for (const [index, endpoint] of endpoints.entries()) {
        if (endpoint === undefined) yield `endpoints has '${given.endpoints![index]}'; it takes host:port or ws(s)://host:port/ws.`;
    }

    if (!isOneOf(settings.transport, ["ws", "wss"] satisfies Transport[]))
        yield `transport is '${settings.transport}'; it takes ws or wss.`;
    if (!/^[a-z0-9-]{1,32}$/.test(settings.app)) yield `app is '${settings.app}'; it takes 1 to 32 of a-z, 0-9 and -.`;
    if (typeof user !== "string" || user === "") yield "user is missing.";
    for (const [name, text] of Object.entries({ user, device: settings.device })) {
        const bytes = typeof text === "string" ? new TextEncoder().encode(text).length : 0;
        if (bytes > MAX_NAME_BYTES) yield `${name} has ${bytes} bytes; the limit is ${MAX_NAME_BYTES}.`;
    }

    if (!settings.token && !settings.tokenProvider) yield "token is missing and there is no tokenProvider.";
    if (!isOneOf(receive.acknowledge, ["afterHandler", "whenSent"])) {
        yield `receive.acknowledge is '${receive.acknowledge}'; it takes afterHandler or whenSent.`;
    }

    if (!isOneOf(receive.onFault, ["stop", "retry"])) yield `receive.onFault is '${receive.onFault}'; it takes stop or retry.`;
    yield* numberFaults(settings);
}

function* numberFaults(settings: Unchecked): Generator<string> {
    const { receive, heartbeat, reconnect } = settings;
    const times = [
        ["connectTimeoutMs", settings.connectTimeoutMs],
        ["closeTimeoutMs", settings.closeTimeoutMs],
        ...timesOf("receive", receive),
        ...timesOf("heartbeat", heartbeat),
        ...timesOf("reconnect", reconnect),
    ] as const;
    for (const [name, ms] of times) {
        if (!(ms > 0 && ms <= MAX_MS)) yield `${name} is ${ms}; it takes more than 0 and at most ${MAX_MS}.`;
    }

    const counts = {
        maxMessageLength: settings.maxMessageLength,
        maxBufferedBytes: settings.maxBufferedBytes,
        "receive.maxQueuedMessages": receive.maxQueuedMessages,
        "receive.maxQueuedBytes": receive.maxQueuedBytes,
    };
    for (const [name, count] of Object.entries(counts)) {
        if (!(Number.isSafeInteger(count) && count > 0)) yield `${name} is ${count}; it takes 1 or more.`;
    }

    if (!(reconnect.factor >= 1)) yield `reconnect.factor is ${reconnect.factor}; it takes 1 or more.`;
    if (!(reconnect.jitter >= 0 && reconnect.jitter <= 1)) yield `reconnect.jitter is ${reconnect.jitter}; it takes 0 to 1.`;
    if (!(reconnect.maxAttempts >= 0)) yield `reconnect.maxAttempts is ${reconnect.maxAttempts}; it takes 0 or more.`;
}

function timesOf(group: string, options: object): [string, number][] {
    return Object.entries(options)
        .filter(([name]) => name.endsWith("Ms"))
        .map(([name, ms]) => [`${group}.${name}`, ms as number]);
}

function isOneOf(value: unknown, values: readonly string[]): boolean {
    return values.includes(value as string);
}

function isHttp(text: string): boolean {
    try {
        return /^https?:$/.test(new URL(text).protocol);
    } catch {
        return false;
    }
}

function networkOf(network: string | (() => string)): string {
    try {
        return String(typeof network === "function" ? network() : network).slice(0, MAX_NETWORK_LENGTH);
    } catch {
        return ""; // not known
    }
}

// Browsers that say it: those of Chromium on phones. The others say nothing, which is a network of its own.
function detectedNetwork(): string {
    const { type } = (globalThis.navigator as { connection?: { type?: string } } | undefined)?.connection ?? {};
    return type === "cellular" ? "mobile" : type === "wifi" || type === "ethernet" ? type : "";
}

// A browser may forbid it: then even asking for it throws.
function browserStorage(): Storage | null {
    try {
        return globalThis.localStorage ?? null;
    } catch {
        return null;
    }
}
