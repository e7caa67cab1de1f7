import type { ConnectionEnd } from "../connection/connection-end.js";
import type { ReconnectOptions } from "../options.js";

/** A pause before the next try. */
export interface Pause {
    readonly ms: number;

    /** A page that comes back, or a network, may shorten it to this: never below what the server named. */
    readonly leastMs: number;
}

/** How long to pause before the next try. */
export class Backoff {
    private pauses = 0;
    private failures = 0;

    constructor(private readonly options: Required<ReconnectOptions>) {}

    /** A login succeeded, and held for so long. */
    verified(spanMs: number): void {
        this.failures = 0;
        if (spanMs >= this.options.stableAfterMs) {
            this.pauses = 0;
        }
    }

    /** The pause after this end; undefined: the tries are used up. */
    next(end: ConnectionEnd): Pause | undefined {
        const { initialDelayMs, jitter, maxAttempts, maxDelayMs, maxRetryAfterMs } = this.options;
        if (this.failures >= maxAttempts) {
            return undefined;
        }

        const named = Math.min(end.retryAfterMs ?? 0, maxRetryAfterMs);
        const scheduled = this.scheduled();
        this.failures++;
        this.pauses++;
        if (end.action === "back_off") {
            // Never before the time that was named: the jitter only adds.
            return fixed((named || maxDelayMs) * (1 + jitter * Math.random()));
        }

        if (named > 0) {
            return fixed(named * Math.random()); // spread over the time that was named
        }

        const varied = 1 + jitter * (2 * Math.random() - 1);
        return { ms: scheduled * varied, leastMs: Math.min(scheduled, initialDelayMs) * varied };
    }

    private scheduled(): number {
        const { factor, initialDelayMs, maxDelayMs } = this.options;
        return Math.min(initialDelayMs * factor ** this.pauses, maxDelayMs);
    }
}

function fixed(ms: number): Pause {
    return { ms, leastMs: ms };
}
