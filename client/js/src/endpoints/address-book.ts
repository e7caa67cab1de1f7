import type { Settings } from "../settings.js";
import { now } from "../time.js";
import { AddressCache } from "./address-cache.js";
import { askDispatchers } from "./dispatcher.js";
import { parseEndpoint, type Endpoint } from "./endpoint.js";

const MAX_FAILED = 16;
const MAX_DIRECTED = 16;

/**
 * Which gateway to try next. A round is: what a directive named, the last good address, the list while it is fresh, the dispatcher's new list, and the
 * old or cached list when the dispatcher has none. No address comes twice in a round. On another network all but the cache begins anew.
 */
export class AddressBook {
    private readonly cache: AddressCache;
    private network: string | undefined;
    private list: readonly Endpoint[] = [];
    private listedAt = 0;
    private ttlMs = 0;
    private failedAddresses: Endpoint[] = [];
    private directed: readonly Endpoint[] = [];
    private lastGood: Endpoint | undefined;
    private advisedMs = 0;

    constructor(private readonly settings: Settings) {
        this.cache = new AddressCache(settings);
    }

    /** The heartbeat interval that the dispatcher advised; 0 = none. */
    get advisedHeartbeatMs(): number {
        return this.advisedMs;
    }

    /** The addresses of one round. The caller reports on each with `succeeded` or `failed`. */
    async *round(stop: AbortSignal): AsyncGenerator<Endpoint, void, void> {
        this.lookAtNetwork();
        const tried = new Set<string>();
        const untried = (endpoint: Endpoint) => !tried.has(endpoint.url) && tried.add(endpoint.url);
        const { directed, lastGood, list } = this;
        this.directed = [];
        const isFresh = now() - this.listedAt < this.ttlMs;
        yield* [...directed, ...(lastGood ? [lastGood] : []), ...(isFresh ? list : [])].filter(untried);

        if (this.settings.dispatchers.length > 0) {
            await this.ask(stop);
        }

        yield* this.list.filter(untried);
    }

    /** A login succeeded there. */
    succeeded(endpoint: Endpoint): void {
        this.lastGood = endpoint;
        this.failedAddresses = [];
    }

    /** No login there: the dispatcher is told. */
    failed(endpoint: Endpoint): void {
        if (this.lastGood?.url === endpoint.url) {
            this.lastGood = undefined;
        }

        const others = this.failedAddresses.filter(({ url }) => url !== endpoint.url);
        this.failedAddresses = [endpoint, ...others].slice(0, MAX_FAILED);
    }

    /** A directive named these: they come first in the next round. */
    direct(addresses: readonly string[] = []): void {
        if (addresses.length > 0) {
            const known = addresses.slice(0, MAX_DIRECTED).map((address) => parseEndpoint(address, this.settings.transport));
            this.directed = known.filter((endpoint) => endpoint !== undefined);
        }
    }

    private async ask(stop: AbortSignal): Promise<void> {
        const network = this.network ?? "";
        const answer = await askDispatchers(
            this.settings,
            network,
            this.failedAddresses.map(({ address }) => address),
            stop,
        );
        if (answer !== undefined) {
            this.list = answer.endpoints;
            this.ttlMs = answer.ttlMs;
            this.listedAt = now();
            this.advisedMs = answer.heartbeatMs;
            this.cache.save(network, answer.endpoints);
        }
    }

    private lookAtNetwork(): void {
        const { dispatchers, endpoints } = this.settings;
        const network = this.settings.network();
        if (network === this.network) {
            return;
        }

        this.network = network;
        const cached = dispatchers.length > 0 ? this.cache.load(network) : [];
        this.list = [...cached, ...endpoints];
        this.ttlMs = dispatchers.length > 0 ? 0 : Number.POSITIVE_INFINITY;
        this.failedAddresses = [];
        this.lastGood = undefined;
    }
}
