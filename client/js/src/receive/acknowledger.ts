import { commands } from "../connection/commands.js";
import type { Connection } from "../connection/connection.js";
import type { CursorKey } from "../cursors/cursor-store.js";
import { comparePositions, isCovered, type MessagePosition } from "../position.js";
import type { Settings } from "../settings.js";
import { Deferred, pause } from "../time.js";
import type { Retries } from "./retries.js";

// Half of what a gateway sends before it waits for an acknowledgement.
const MAX_UNSAVED = 32;

// What the protocol takes in one acknowledgement.
const MAX_POSITIONS = 16;

/** How far a channel is handled, and what of that is still to be saved and to be acknowledged. */
interface Progress {
    /** Everything up to here was handled; undefined = nothing ever. */
    cursor: MessagePosition | undefined;
    isUnsaved: boolean;

    /** The latest handled position that came on that connection: another one would be refused there. */
    acknowledge: { readonly on: Connection; readonly position: MessagePosition } | undefined;
}

/** Saves how far the channels are handled, and acknowledges what is saved: in this order, beside the handler, and for many messages at once. */
export class Acknowledger {
    private readonly channels = new Map<string, Progress>();
    private work = new Deferred<void>();
    private hurry = new AbortController();
    private unsaved = 0;
    private isComplete = false;

    constructor(
        private readonly settings: Settings,
        private readonly retries: Retries,
    ) {}

    /** The cursor of a channel: from the store at first, then as it is. */
    async cursorOf(channel: string, signal: AbortSignal): Promise<MessagePosition | undefined> {
        const known = this.channels.get(channel);
        if (known !== undefined) {
            return known.cursor;
        }

        let cursor: MessagePosition | undefined;
        const load = async () => {
            cursor = await this.settings.receive.cursors.load(this.keyOf(channel));
        };
        if (await this.retries.run("The cursor store failed", load, signal)) {
            this.channels.set(channel, { cursor, isUnsaved: false, acknowledge: undefined });
        }

        return cursor;
    }

    /** The message at this position is done with; its channel's cursor was asked for before. */
    done(channel: string, position: MessagePosition, on: Connection | undefined, isLast: boolean): void {
        const progress = this.channels.get(channel)!;
        if (!isCovered(position, progress.cursor)) {
            progress.cursor = position;
            progress.isUnsaved = true;
        }

        const { acknowledge } = progress;
        if (on !== undefined && (on !== acknowledge?.on || comparePositions(position, acknowledge.position) > 0)) {
            progress.acknowledge = { on, position };
        }

        this.unsaved++;
        if (isLast || this.unsaved >= MAX_UNSAVED) {
            this.hurry.abort();
        }

        this.work.resolve();
    }

    /** What was done so far is saved and acknowledged; then `run` ends. */
    complete(): void {
        this.isComplete = true;
        this.hurry.abort();
        this.work.resolve();
    }

    /**
     * Runs until `complete`.
     * @param giveUp Gives up saving.
     * @throws PushError: the store failed.
     */
    async run(giveUp: AbortSignal): Promise<void> {
        let isComplete = false;
        while (!isComplete && !giveUp.aborted) {
            await this.work.promise;
            await pause(this.settings.receive.acknowledgeWithinMs, this.hurry.signal);
            isComplete = this.isComplete;
            this.work = new Deferred();
            this.hurry = new AbortController();
            this.unsaved = 0;
            // What is done while this is saved is acknowledged when it is saved itself.
            const acknowledgements = this.takeAcknowledgements();
            if (!(await this.save(giveUp))) {
                return;
            }

            this.acknowledge(acknowledgements, isComplete);
        }
    }

    private takeAcknowledgements(): Map<Connection, [string, MessagePosition][]> {
        const taken = new Map<Connection, [string, MessagePosition][]>();
        for (const [channel, progress] of this.channels) {
            if (progress.acknowledge !== undefined) {
                const { on, position } = progress.acknowledge;
                taken.set(on, [...(taken.get(on) ?? []), [channel, position]]);
                progress.acknowledge = undefined;
            }
        }

        return taken;
    }

    private async save(giveUp: AbortSignal): Promise<boolean> {
        const unsaved = [...this.channels].flatMap(([channel, { isUnsaved, cursor }]) =>
            isUnsaved && cursor ? [{ channel, cursor }] : [],
        );
        for (const { channel } of unsaved) {
            this.channels.get(channel)!.isUnsaved = false;
        }

        for (const { channel, cursor } of unsaved) {
            const save = () => this.settings.receive.cursors.save(this.keyOf(channel), cursor);
            if (!(await this.retries.run("The cursor store failed", save, giveUp))) {
                return false;
            }
        }

        return true;
    }

    private acknowledge(acknowledgements: Map<Connection, [string, MessagePosition][]>, isComplete: boolean): void {
        for (const [on, positions] of acknowledgements) {
            for (let at = 0; at < positions.length; at += MAX_POSITIONS) {
                const some = positions.slice(at, at + MAX_POSITIONS);
                const body = { positions: some.map(([channel, { epoch, seq }]) => ({ channel, epoch, seq })) };
                if (!on.trySend(commands.ack, body) && !on.hasEnded && !isComplete) {
                    this.retain(on, some); // too much waits to be sent: later
                }
            }
        }
    }

    private retain(on: Connection, positions: [string, MessagePosition][]): void {
        for (const [channel, position] of positions) {
            const progress = this.channels.get(channel)!;
            progress.acknowledge ??= { on, position };
        }

        this.work.resolve();
    }

    private keyOf(channel: string): CursorKey {
        const { app, user, device } = this.settings;
        return { app, user, device, channel };
    }
}
