import { messageOf } from "../errors.js";
import { now, pause } from "../time.js";
import type { Body } from "./body.js";
import type { Connection } from "./connection.js";
import { lost } from "./connection-end.js";
import type { Credentials } from "./credentials.js";

// Renewed so long before the end, where the token lives long enough: time for several tries.
const LEAD_MS = 60_000;
const MIN_PAUSE_MS = 1_000;

/**
 * Asks for the next token before the present one ends, and verifies with it on the live connection. What fails is tried again in what time is
 * left, sooner and sooner; when none is left the server closes the connection, and the next login asks anew.
 */
export class TokenRenewal {
    /** @param verify Sends the token; its answer, refused or not. Rejected: there was none. */
    constructor(
        private readonly connection: Connection,
        private readonly credentials: Credentials,
        private readonly verify: (token: string) => Promise<Body>,
    ) {}

    /**
     * Renews until the connection ends, or until there is nothing to renew.
     * @param expiresMs What the server said: the token ends in so many ms; 0 = it has no end.
     */
    async run(expiresMs: number): Promise<void> {
        if (!this.credentials.canRenew) {
            return;
        }

        const ended = new AbortController();
        void this.connection.ended.then(() => ended.abort());
        let endsAt = now() + expiresMs;
        while (endsAt - now() > MIN_PAUSE_MS && !ended.signal.aborted) {
            await pause(pauseFor(endsAt - now()), ended.signal);
            const renewedMs = ended.signal.aborted ? undefined : await this.tryRenew(ended.signal);
            endsAt = renewedMs === undefined ? endsAt : now() + renewedMs;
        }
    }

    /** The end of the next token, in so many ms; undefined: it was not to be had, or is refused. */
    private async tryRenew(ended: AbortSignal): Promise<number | undefined> {
        let token: string;
        try {
            token = await this.credentials.get(ended);
        } catch {
            return undefined;
        }

        try {
            const answer = await this.verify(token);
            return answer.uint("code") === 1 ? answer.uint("token_expires_ms") : undefined;
        } catch (fault) {
            this.connection.end(lost(messageOf(fault)));
            return undefined;
        }
    }
}

// At most three quarters of what is left, spread, so that clients whose tokens end together do not ask together.
function pauseFor(leftMs: number): number {
    const lead = Math.min(leftMs / 4, LEAD_MS);
    return Math.max(leftMs - lead * (1 + Math.random()), MIN_PAUSE_MS);
}
