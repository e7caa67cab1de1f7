import { codes } from "../codes.js";
import type { Settings } from "../settings.js";
import { now } from "../time.js";
import { commands } from "./commands.js";
import type { Connection } from "./connection.js";

// What a server may ask for, whatever it says.
const SHORTEST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 24 * 60 * 60 * 1000;

/**
 * Sends a heartbeat per interval on one connection; ends the connection when nothing arrives after one for too long. The client may propose an
 * interval; what the server said last holds.
 */
export class Heartbeat {
    private interval: number;
    private isAcked = false;
    private isRunning = false;
    private beatenAt = 0;
    private unanswered: { readonly since: number; readonly deadline: number } | undefined;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly connection: Connection,
        private readonly settings: Settings,
        proposedMs: number,
    ) {
        this.interval = proposedMs;
    }

    get intervalMs(): number {
        return this.interval;
    }

    /** Begins. @param isAcked The server answers heartbeats: only then does silence mean that the link is gone. */
    start(isAcked: boolean): void {
        this.isAcked = isAcked;
        this.isRunning = true;
        this.beatenAt = now();
        this.plan();
        void this.connection.ended.then(() => this.stop());
    }

    /** The server says what holds; 0 = it says nothing. */
    apply(intervalMs: number): void {
        if (intervalMs > 0) {
            this.interval = Math.min(Math.max(intervalMs, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
            this.plan();
        }
    }

    /** Proposes another interval, with a heartbeat at once. */
    propose(intervalMs: number): void {
        this.beat(this.settings.heartbeat.answerTimeoutMs, { heartbeat_ms: intervalMs });
    }

    /** Asks the server for a sign of life: the page came back, or the network changed. */
    probe(): void {
        this.beat(this.settings.heartbeat.probeTimeoutMs, {});
    }

    private beat(timeoutMs: number, body: Readonly<Record<string, unknown>>): void {
        if (!this.isRunning) {
            return;
        }

        this.forgetAnswered();
        // When too much waits to be sent, that shows the server that the client lives.
        this.connection.trySend(commands.heartbeat, body);
        this.beatenAt = now();
        const deadline = this.beatenAt + timeoutMs;
        const { since, deadline: earlier } = this.unanswered ?? { since: this.beatenAt, deadline };
        this.unanswered = { since, deadline: Math.min(earlier, deadline) };
        this.plan();
    }

    private look(): void {
        this.forgetAnswered();
        if (this.isAcked && this.unanswered !== undefined && now() >= this.unanswered.deadline) {
            const silence = Math.round(now() - this.unanswered.since);
            this.connection.end({
                action: "reconnect",
                code: codes.heartbeat_timeout,
                message: `No answer to a heartbeat within ${silence} ms.`,
            });
        } else if (now() >= this.beatenAt + this.interval) {
            this.beat(this.settings.heartbeat.answerTimeoutMs, {});
        } else {
            this.plan();
        }
    }

    private forgetAnswered(): void {
        if (this.unanswered !== undefined && this.connection.lastReceived >= this.unanswered.since) {
            this.unanswered = undefined;
        }
    }

    private plan(): void {
        clearTimeout(this.timer);
        if (this.isRunning) {
            const next = this.beatenAt + this.interval;
            const at = this.isAcked && this.unanswered !== undefined ? Math.min(next, this.unanswered.deadline) : next;
            // A timer may fire a little early by the clock that `now` reads.
            this.timer = setTimeout(() => this.look(), Math.max(Math.ceil(at - now()), 1));
        }
    }

    private stop(): void {
        this.isRunning = false;
        clearTimeout(this.timer);
    }
}
