import { codes } from "../codes.js";
import { messageOf, PushError } from "../errors.js";
import type { Settings } from "../settings.js";
import { pause } from "../time.js";

/** Does what the application's code may make fail: once, or until it succeeds. */
export class Retries {
    constructor(
        private readonly settings: Settings,
        private readonly onFault: (fault: unknown) => void,
    ) {}

    /**
     * Ends when the work has succeeded.
     * @returns False: it was aborted before.
     * @throws PushError: it failed, and is not to be tried again.
     */
    async run(what: string, work: () => void | Promise<void>, signal: AbortSignal): Promise<boolean> {
        const { onFault, retryDelayMs, maxRetryDelayMs } = this.settings.receive;
        for (let delay = retryDelayMs; !signal.aborted; delay = Math.min(delay * 2, maxRetryDelayMs)) {
            try {
                await work();
                return true;
            } catch (fault) {
                if (signal.aborted) {
                    break; // what was asked to end has not finished its work, and nobody asks why
                }

                if (onFault === "stop") {
                    throw new PushError(codes.internal_error, `${what}: ${messageOf(fault)}`, { cause: fault });
                }

                this.onFault(fault);
            }

            await pause(delay, signal);
        }

        return false;
    }
}
