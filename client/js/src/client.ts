import { codes } from "./codes.js";
import { nameOf } from "./code.js";
import { commands } from "./connection/commands.js";
import type { ConnectionEnd } from "./connection/connection-end.js";
import { messageOf, PushError } from "./errors.js";
import { Emitter, type PushClientEvents } from "./events.js";
import type { MessagePage, PushMessage, ReceivedCounts, ServerError } from "./messages.js";
import type { PushClientOptions } from "./options.js";
import { comparePositions, type MessagePosition } from "./position.js";
import { Fetches } from "./receive/fetches.js";
import { Receiver } from "./receive/receiver.js";
import type { Content } from "./receive/waiting-messages.js";
import { onPageSignals } from "./reconnect/page-signals.js";
import { Reconnector } from "./reconnect/reconnector.js";
import { SentMessages, type SentMessage } from "./sent-message.js";
import { settingsOf, type Settings } from "./settings.js";
import type { ClientState } from "./state.js";
import { Deferred, pause, untilAborted } from "./time.js";

const MAX_FETCH_LIMIT = 100;
const MAX_HEARTBEAT_MS = 24 * 60 * 60 * 1000;

/**
 * A client of the push platform: asks a dispatcher for a gateway, connects, logs in, receives, sends, and connects again when the connection
 * breaks. It runs once: a stopped client stays stopped.
 *
 * Messages are handed over one after another, in the order in which they arrived: first to the event, then to `onPush` or `onChat`.
 */
export class PushClient {
    readonly #settings: Settings;
    readonly #events = new Emitter();
    readonly #sent = new SentMessages();
    readonly #receiver: Receiver;
    readonly #fetches: Fetches;
    readonly #reconnector: Reconnector;
    readonly #stop = new AbortController();
    readonly #firstLogin = new Deferred<void>();
    readonly #received = new Deferred<void>();
    readonly #closed = new Deferred<ClientState>();
    #state: ClientState = { phase: "idle" };
    #isStarted = false;

    /**
     * Creates a client that does nothing yet.
     * @throws TypeError that names every option that is missing or bad.
     */
    constructor(options: PushClientOptions) {
        this.#settings = settingsOf(options);
        this.#receiver = new Receiver(this.#settings, {
            handle: (content, signal) => this.#handle(content, signal),
            onRestart: (restart) => this.#events.tell("logRestarted", restart),
            onFault: (fault) => this.#events.tell("handlerFailed", fault),
        });
        this.#fetches = new Fetches(this.#settings);
        const inbox = { messages: this.#receiver, fetches: this.#fetches, onError: (error: ServerError) => this.#onError(error) };
        this.#reconnector = new Reconnector(this.#settings, inbox, (state) => this.#onState(state));
    }

    /** What the client is doing. */
    get state(): ClientState {
        return this.#state;
    }

    /** What it did with what arrived. */
    get received(): ReceivedCounts {
        return this.#receiver.counts;
    }

    /** Ends with the last state when the client has stopped; never rejected. */
    get closed(): Promise<ClientState> {
        return this.#closed.promise;
    }

    /** The heartbeat interval that holds, as the server last said, ms; 0 without a connection. */
    get heartbeatIntervalMs(): number {
        return this.#reconnector.heartbeatIntervalMs;
    }

    /**
     * Listens to an event.
     * @param options.signal Ends it.
     * @returns Ends it.
     */
    on<K extends keyof PushClientEvents>(
        event: K,
        listener: (value: PushClientEvents[K]) => void,
        options: { signal?: AbortSignal } = {},
    ): () => void {
        return this.#events.on(event, listener, options.signal);
    }

    /** Starts the client, and returns at once. Does nothing when it was started before. @throws PushError: it has stopped. */
    start(): void {
        const { signal } = this.#settings;
        if (this.#state.phase === "stopped") {
            throw this.#stoppedError(this.#state);
        }

        if (this.#stop.signal.aborted || signal?.aborted) {
            throw new PushError(codes.goodbye, "The client was closed.");
        }

        if (this.#isStarted) {
            return;
        }

        this.#isStarted = true;
        const close = () => void this.close();
        signal?.addEventListener("abort", close);
        const silence = onPageSignals(() => this.#reconnector.wake());
        void this.#run().then((state) => {
            silence();
            signal?.removeEventListener("abort", close);
            this.#onState(state);
        });
    }

    /**
     * Starts the client and waits for its first login.
     * @param options.signal Ends the wait; the client goes on trying until it is closed.
     * @throws PushError: it stopped, and the code says why; or the signal's reason.
     */
    async connect(options: { signal?: AbortSignal } = {}): Promise<void> {
        options.signal?.throwIfAborted();
        this.start();
        await (options.signal ? untilAborted(this.#firstLogin.promise, options.signal) : this.#firstLogin.promise);
    }

    /**
     * Sends chat to one user.
     * @returns The message, taken for sending: an error about it may follow.
     * @throws PushError: there is no connection, the message is too long, or too much waits to be sent.
     */
    sendChat(to: string, text: string): SentMessage {
        return this.#send(commands.singleChat, { chat_to: given(to, "to"), chat_content: given(text, "text") });
    }

    /** Sends chat to several users; as `sendChat`. */
    sendGroupChat(to: readonly string[], text: string): SentMessage {
        if (to.length === 0) throw new TypeError("to is empty.");
        return this.#send(commands.groupChat, { chat_to: to.map((one) => given(one, "to")), chat_content: given(text, "text") });
    }

    /** Sends chat to everybody in the app; as `sendChat`. */
    broadcastChat(text: string): SentMessage {
        return this.#send(commands.broadcastChat, { chat_content: given(text, "text") });
    }

    /**
     * Reads a part of a channel as the server has it; that acknowledges nothing. Waits while there is no connection and while the server says to
     * come later: the signal bounds it. May be called in a handler.
     * @param channel `inbox` or `all`.
     * @param after The page begins behind it.
     * @param options.limit How many messages at most, 1 to 100. Default 20.
     * @throws PushError: the server refuses it, such as with `unknown_position`, or the client has stopped; or the signal's reason.
     */
    async fetchPage(channel: string, after: MessagePosition, options: { limit?: number; signal?: AbortSignal } = {}): Promise<MessagePage> {
        const { limit = 20, signal = new AbortController().signal } = options;
        if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_FETCH_LIMIT)) {
            throw new TypeError(`limit is ${limit}; it takes 1 to ${MAX_FETCH_LIMIT}.`);
        }

        return this.#fetches.read(given(channel, "channel"), after, limit, signal);
    }

    /**
     * Reads a kept message, such as one that came without its payload (`isNotify`).
     * @returns Undefined: it has expired meanwhile. It has no payload still when that is too long for a frame.
     * @throws TypeError when it is not a kept one; otherwise as `fetchPage`.
     */
    async fetch(push: PushMessage, options: { signal?: AbortSignal } = {}): Promise<PushMessage | undefined> {
        const { channel, position } = push;
        if (position === undefined) {
            throw new TypeError("The message is not a kept one: it has no position.");
        }

        const before = { epoch: position.epoch, seq: Math.max(position.seq - 1, 0) };
        const page = await this.fetchPage(channel, before, { ...options, limit: 1 });
        return page.messages.find((message) => message.position !== undefined && comparePositions(message.position, position) === 0);
    }

    /**
     * Proposes another heartbeat interval: at once, and at each login from now on. The server decides within the app's bounds.
     * @throws TypeError when it is not more than 0 and at most 1 day.
     */
    proposeHeartbeat(ms: number): void {
        if (!(ms > 0 && ms <= MAX_HEARTBEAT_MS)) {
            throw new TypeError(`${ms} ms is no interval; it takes more than 0 and at most ${MAX_HEARTBEAT_MS}.`);
        }

        this.#reconnector.proposeHeartbeat(Math.ceil(ms));
    }

    /**
     * Waits for the handler that runs, acknowledges what was handled, says goodbye, and stops; each within `closeTimeoutMs`. Messages that no handler
     * has begun with come again if they are kept. Not to be awaited in a handler.
     */
    async close(): Promise<void> {
        this.#receiver.stop();
        if (this.#isStarted) {
            await Promise.race([this.#received.promise, pause(this.#settings.closeTimeoutMs)]);
        }

        this.#stop.abort();
        if (!this.#isStarted && !this.#closed.isSettled) {
            this.#fetches.stopped();
            this.#onState(stopped({ code: codes.goodbye, message: "Closed before it was started." }));
        }

        await this.#closed.promise;
    }

    async #run(): Promise<ClientState> {
        let fault: unknown;
        // What ends the receiver by a fault ends the client.
        const receiving = this.#receiver
            .run()
            .catch((thrown: unknown) => (fault = thrown))
            .finally(() => {
                this.#received.resolve();
                this.#stop.abort();
            });
        let end: Pick<ConnectionEnd, "code" | "message">;
        try {
            end = await this.#reconnector.run(this.#stop.signal);
        } catch (thrown) {
            fault ??= thrown;
            end = { code: codes.internal_error, message: messageOf(thrown) };
        }

        this.#receiver.stop();
        this.#fetches.stopped();
        // A handler that does not heed its signal may take for ever.
        await Promise.race([receiving, pause(this.#settings.closeTimeoutMs)]);
        return fault === undefined ? stopped(end) : stopped({ code: codes.internal_error, message: messageOf(fault) }, fault);
    }

    #send(command: number, body: Readonly<Record<string, unknown>>): SentMessage {
        const connection = this.#reconnector.current;
        if (connection === undefined) {
            throw new PushError(codes.not_verified, `Not connected; the client is ${this.#state.phase}.`);
        }

        const message = this.#sent.add();
        connection.send(command, { id: message.id, ...body });
        return message;
    }

    #handle(content: Content, signal: AbortSignal): void | Promise<void> {
        if ("push" in content) {
            this.#events.raise("push", content.push);
            return this.#settings.onPush?.(content.push, signal);
        }

        this.#events.raise("chat", content.chat);
        return this.#settings.onChat?.(content.chat, signal);
    }

    #onError(error: ServerError): void {
        this.#sent.fail(error);
        this.#events.tell("error", error);
    }

    #stoppedError({ code = codes.goodbye, message, cause }: ClientState): PushError {
        return new PushError(code, message ?? "The client has stopped.", { cause });
    }

    #onState(state: ClientState): void {
        this.#state = state;
        if (state.phase === "verified") {
            this.#firstLogin.resolve();
        } else if (state.phase === "stopped") {
            this.#firstLogin.reject(this.#stoppedError(state));
        }

        this.#events.tell("state", state);
        if (state.phase === "stopped") {
            this.#closed.resolve(state);
        }
    }
}

function stopped({ code, message }: Pick<ConnectionEnd, "code" | "message">, fault?: unknown): ClientState {
    const cause = fault instanceof PushError ? fault.cause : fault;
    return { phase: "stopped", code, reason: nameOf(code), message, ...(cause === undefined ? {} : { cause }) };
}

function given(text: string, name: string): string {
    if (typeof text !== "string" || text === "") {
        throw new TypeError(`${name} is empty.`);
    }

    return text;
}
