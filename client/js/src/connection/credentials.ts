import { codes } from "../codes.js";
import { messageOf, PushError } from "../errors.js";
import type { Settings } from "../settings.js";
import { within } from "../time.js";

/** The user's token, given or fetched. */
export class Credentials {
    constructor(private readonly settings: Settings) {}

    /** Another token may be had when one is refused. */
    get canRenew(): boolean {
        return this.settings.tokenProvider !== undefined;
    }

    /** @throws PushError: the provider failed, or took too long. */
    async get(stop: AbortSignal): Promise<string> {
        const { tokenProvider, token, connectTimeoutMs } = this.settings;
        if (tokenProvider === undefined) {
            return token ?? "";
        }

        const over = new AbortController();
        const abort = () => over.abort();
        stop.addEventListener("abort", abort);
        try {
            const late = () => new Error(`no token within ${connectTimeoutMs} ms.`);
            const fetched = await within((async () => tokenProvider(over.signal))(), connectTimeoutMs, late, stop);
            if (typeof fetched !== "string" || fetched === "") {
                throw new Error("it gave no token.");
            }

            return fetched;
        } catch (fault) {
            // A passing cause, as far as the client knows: its server is asked again with the next try.
            throw new PushError(codes.connection_lost, `The token provider failed: ${messageOf(fault)}`, { cause: fault });
        } finally {
            over.abort();
            stop.removeEventListener("abort", abort);
        }
    }
}
