import { codes } from "../codes.js";
import { commands } from "../connection/commands.js";
import type { Connection } from "../connection/connection.js";
import { PushError } from "../errors.js";
import type { MessagePage, ServerError } from "../messages.js";
import type { MessagePosition } from "../position.js";
import type { Settings } from "../settings.js";
import { Deferred, pause, untilAborted, within } from "../time.js";

const PAUSE_MS = 1_000;
const MAX_WAITING = 100;

/** What came of one try: a page, an error, or nothing in time or on this connection. */
type Outcome = { readonly page: MessagePage } | { readonly error: ServerError } | undefined;

/** Reads pages of channels, one at a time: on the connection that there is, and again on the next one when it breaks. */
export class Fetches {
    private connected = new Deferred<Connection>();
    private pending: { readonly id: string; readonly outcome: Deferred<Outcome> } | undefined;
    private last: Promise<unknown> = Promise.resolve();
    private waiting = 0;
    private count = 0;

    constructor(private readonly settings: Settings) {}

    /** There is a verified connection. */
    connectedTo(connection: Connection): void {
        this.disconnected();
        this.connected.resolve(connection);
    }

    /** There is none any more; another one may come. */
    disconnected(): void {
        this.pending?.outcome.resolve(undefined);
        if (this.connected.isSettled) {
            this.connected = new Deferred();
        }
    }

    /** No other one will come. */
    stopped(): void {
        this.disconnected();
        this.connected.reject(new PushError(codes.goodbye, "The client has stopped."));
    }

    /** A page arrived. */
    complete(id: string, page: MessagePage): void {
        if (id === this.pending?.id) {
            this.pending.outcome.resolve({ page });
        }
    }

    /** An error arrived. @returns It was about a fetch. */
    tryFail(error: ServerError): boolean {
        if (error.command !== commands.fetch) {
            return false;
        }

        // One without an id is of a server that doesn't know the command.
        if (error.id === this.pending?.id || error.id === "") {
            this.pending?.outcome.resolve({ error });
        }

        return true;
    }

    /**
     * Reads a page. Waits while there is no connection, and when the server says to come later.
     * @throws PushError: the server refuses it, too many wait, or the client has stopped; or the signal's reason.
     */
    async read(channel: string, after: MessagePosition, limit: number, signal: AbortSignal): Promise<MessagePage> {
        if (this.waiting >= MAX_WAITING) {
            throw new PushError(codes.limit_reached, `${MAX_WAITING} fetches wait already.`);
        }

        this.waiting++;
        const earlier = this.last;
        const turn = new Deferred<void>();
        this.last = turn.promise;
        try {
            await untilAborted(earlier, signal);
            return await this.readInTurn(channel, after, limit, signal);
        } finally {
            this.waiting--;
            // Who gave up waiting gives the turn on when it comes.
            void earlier.then(() => turn.resolve());
        }
    }

    private async readInTurn(channel: string, after: MessagePosition, limit: number, signal: AbortSignal): Promise<MessagePage> {
        while (true) {
            const outcome = await this.tryRead(channel, after, limit, signal);
            if (outcome !== undefined && "page" in outcome) {
                return outcome.page;
            }

            if (outcome !== undefined) {
                const { code, message, retryAfterMs } = outcome.error;
                if (code !== codes.try_later && code !== codes.rate_limited && retryAfterMs === 0) {
                    throw new PushError(code, message);
                }

                await pause(Math.min(retryAfterMs || PAUSE_MS, this.settings.reconnect.maxRetryAfterMs), signal);
            }

            signal.throwIfAborted();
        }
    }

    private async tryRead(channel: string, after: MessagePosition, limit: number, signal: AbortSignal): Promise<Outcome> {
        const connection = await untilAborted(this.connected.promise, signal);
        const id = `fetch-${++this.count}`;
        const outcome = new Deferred<Outcome>();
        this.pending = { id, outcome };
        try {
            const body = { id, channel, epoch: after.epoch, seq: after.seq, limit };
            if (!connection.trySend(commands.fetch, body)) {
                await pause(PAUSE_MS, signal); // too much waits to be sent, or it has ended
                return undefined;
            }

            const late = new Error("late");
            return await within(outcome.promise, this.settings.connectTimeoutMs, () => late, signal).catch((fault: unknown) => {
                if (fault === late) return undefined;
                throw fault;
            });
        } finally {
            this.pending = undefined;
        }
    }
}
