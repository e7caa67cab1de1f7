import { codes } from "../codes.js";
import type { Connection } from "../connection/connection.js";
import { PushError } from "../errors.js";
import type { LogRestart, ReceivedCounts } from "../messages.js";
import { isCovered } from "../position.js";
import type { Settings } from "../settings.js";
import { Deferred, pause } from "../time.js";
import { Acknowledger } from "./acknowledger.js";
import { Retries } from "./retries.js";
import { waitingMessage, WaitingMessages, type Content, type WaitingMessage } from "./waiting-messages.js";

// Channels that one client may have cursors in: "inbox", "all", and what later servers have.
const MAX_CHANNELS = 1_000;

/** What the application does with what arrives. */
export interface Handling {
    readonly handle: (content: Content, signal: AbortSignal) => void | Promise<void>;
    readonly onRestart: (restart: LogRestart) => void;
    readonly onFault: (fault: unknown) => void;
}

/**
 * Hands messages to the application, one after another in the order in which they arrived, beside the connections:
 * 1. What arrives goes into a bounded queue.
 * 2. A kept message that is not higher than its channel's cursor is a repeat: it is not handed over again, but acknowledged again.
 * 3. The handler takes it; when it throws, the message is not done with.
 * 4. The cursor is saved, then the position is acknowledged, on the connection that sent it (Acknowledger).
 *
 * So what is acknowledged was handled and is saved; a page that is closed anywhere before sees the message again.
 */
export class Receiver {
    private readonly waiting: WaitingMessages;
    private readonly retries: Retries;
    private readonly acknowledger: Acknowledger;
    private readonly channels = new Set<string>();
    private readonly stopping = new AbortController();
    private readonly counters = { handled: 0, repeats: 0, dropped: 0, faults: 0 };
    private arrived = new Deferred<void>();

    constructor(
        private readonly settings: Settings,
        private readonly handling: Handling,
    ) {
        this.waiting = new WaitingMessages(settings.receive.maxQueuedMessages, settings.receive.maxQueuedBytes);
        this.retries = new Retries(settings, (fault) => {
            this.counters.faults++;
            handling.onFault(fault);
        });
        this.acknowledger = new Acknowledger(settings, this.retries);
    }

    get counts(): ReceivedCounts {
        return { ...this.counters };
    }

    /** Takes a message. @throws PushError: it names one channel too many. */
    take(content: Content, from: Connection, acknowledgeOn: Connection | undefined): void {
        const message = waitingMessage(content, acknowledgeOn);
        if (message.position !== undefined) {
            this.channels.add(message.channel);
            if (this.channels.size > MAX_CHANNELS) {
                this.channels.delete(message.channel);
                throw new PushError(codes.limit_reached, `More than ${MAX_CHANNELS} channels.`);
            }
        }

        switch (this.waiting.add(message)) {
            case "repeated":
                this.counters.repeats++;
                break;
            case "dropped":
                this.counters.dropped++;
                break;
            case "refused": {
                // What was not acknowledged comes again.
                const reason = "The server sent more messages than the client's queue takes.";
                from.end({ action: "reconnect", code: codes.slow_consumer, message: reason });
                break;
            }
            default:
                this.arrived.resolve();
        }
    }

    /**
     * Hands over what arrives, until `stop`.
     * @throws PushError: a handler or the cursor store failed, and is not to be tried again.
     */
    async run(): Promise<void> {
        const giveUp = new AbortController();
        // Nothing is handled that could not be saved.
        const acknowledging = this.acknowledger.run(giveUp.signal).finally(() => this.stop());
        acknowledging.catch(() => {}); // it is looked at in the end
        try {
            await this.handleAll();
        } finally {
            this.acknowledger.complete();
            void pause(this.settings.closeTimeoutMs, giveUp.signal).then(() => giveUp.abort());
            await acknowledging.finally(() => giveUp.abort());
        }
    }

    /** Aborts the handler that runs; the next one is not called. `run` ends when the handler has. */
    stop(): void {
        this.stopping.abort();
        this.arrived.resolve();
    }

    private async handleAll(): Promise<void> {
        while (!this.stopping.signal.aborted) {
            const message = this.waiting.next();
            if (message !== undefined) {
                await this.handle(message, this.stopping.signal);
            } else {
                this.arrived = new Deferred();
                await this.arrived.promise;
            }
        }
    }

    private async handle(message: WaitingMessage, signal: AbortSignal): Promise<void> {
        const { content, channel, position } = message;
        const cursor = position && (await this.acknowledger.cursorOf(channel, signal));
        if (signal.aborted) {
            return;
        }

        if (position !== undefined && isCovered(position, cursor)) {
            this.counters.repeats++;
        } else {
            let restart = position && cursor && position.epoch > cursor.epoch ? { channel, old: cursor, first: position } : undefined;
            const work = () => {
                if (restart !== undefined) {
                    this.handling.onRestart(restart);
                    restart = undefined;
                }

                return this.handling.handle(content, signal);
            };
            if (!(await this.retries.run("A handler threw", work, signal))) {
                return; // it comes again if it is kept, and is lost if it is not
            }

            this.counters.handled++;
        }

        this.waiting.remove(message);
        if (position !== undefined) {
            this.acknowledger.done(channel, position, message.acknowledgeOn, this.waiting.isEmpty);
        }
    }
}
