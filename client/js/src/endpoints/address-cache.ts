import type { Settings } from "../settings.js";
import { parseEndpoint, type Endpoint } from "./endpoint.js";

const PREFIX = "push.endpoints:";
const MAX_LENGTH = 16 * 1024;
const MAX_ENDPOINTS = 64;

// Gateways move, and their addresses may be given to others.
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The last answer of a dispatcher, by network: for a page that is loaded while no dispatcher answers. It holds addresses and nothing about the user.
 * What a full, a forbidden or a damaged storage does is as if nothing were cached.
 */
export class AddressCache {
    constructor(private readonly settings: Settings) {}

    load(network: string): readonly Endpoint[] {
        try {
            const text = this.settings.addressCache?.getItem(this.keyOf(network)) ?? "";
            const { at, addresses } = text === "" || text.length > MAX_LENGTH ? {} : JSON.parse(text);
            const isRecent = typeof at === "number" && Math.abs(Date.now() - at) < MAX_AGE_MS;
            return (isRecent && Array.isArray(addresses) ? addresses : [])
                .slice(0, MAX_ENDPOINTS)
                .map((address) => (typeof address === "string" ? parseEndpoint(address, this.settings.transport) : undefined))
                .filter((endpoint) => endpoint !== undefined)
                .filter(({ transport }) => transport === this.settings.transport);
        } catch {
            return [];
        }
    }

    save(network: string, endpoints: readonly Endpoint[]): void {
        try {
            const entry = { at: Date.now(), addresses: endpoints.map(({ address }) => address) };
            this.settings.addressCache?.setItem(this.keyOf(network), JSON.stringify(entry));
        } catch {
            // The next answer is tried again.
        }
    }

    // The dispatchers stand for the platform: a page may use two.
    private keyOf(network: string): string {
        const { app, dispatchers, transport } = this.settings;
        return PREFIX + [dispatchers[0] ?? "", app, transport, network].map(encodeURIComponent).join("/");
    }
}
