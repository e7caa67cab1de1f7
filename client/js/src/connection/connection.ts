import { codes } from "../codes.js";
import { messageOf, PushError } from "../errors.js";
import type { Settings } from "../settings.js";
import { Deferred, now } from "../time.js";
import { commands } from "./commands.js";
import { closed, endOfStatus, lost, type ConnectionEnd } from "./connection-end.js";
import { read, write, type Incoming } from "./wire.js";

const DEFAULT_MAX_SEND_BYTES = 65_536;
const NORMAL_CLOSURE = 1000;

/** One WebSocket. It ends once, the first reason wins, and nothing that arrives later is looked at. */
export class Connection {
    /** True: it is open; false: it ended before. */
    readonly opened: Promise<boolean>;

    readonly ended: Promise<ConnectionEnd>;

    /** When something last arrived. */
    lastReceived = now();

    /** The longest frame that the server takes, bytes. */
    maxSendBytes = DEFAULT_MAX_SEND_BYTES;

    private readonly socket: WebSocket;
    private readonly opening = new Deferred<boolean>();
    private readonly ending = new Deferred<ConnectionEnd>();
    private readonly closing = new Deferred<void>();

    /** @param onMessage Takes one message after another. A PushError that it throws is the server's fault, anything else is ours. */
    constructor(
        url: string,
        private readonly settings: Settings,
        private readonly onMessage: (message: Incoming) => void,
    ) {
        this.opened = this.opening.promise;
        this.ended = this.ending.promise;
        this.socket = settings.webSocket(url);
        this.socket.binaryType = "arraybuffer";
        this.socket.onopen = () => this.opening.resolve(!this.hasEnded);
        this.socket.onmessage = (event) => this.take(event.data);
        this.socket.onclose = (event) => {
            this.closing.resolve();
            this.finish(endOfStatus(event.code, event.reason));
        };
        const late = setTimeout(() => this.end(lost(`No connection within ${settings.connectTimeoutMs} ms.`)), settings.connectTimeoutMs);
        void Promise.race([this.opened, this.ended]).then(() => clearTimeout(late));
    }

    get hasEnded(): boolean {
        return this.ending.isSettled;
    }

    /** Ends the connection; the first reason wins. */
    end(end: ConnectionEnd): void {
        if (!this.hasEnded) {
            this.finish(end);
            this.socket.close(end.code >= 3000 && end.code < 5000 && end.code !== codes.goodbye ? end.code : NORMAL_CLOSURE);
        }
    }

    /** Says goodbye and ends. The browser sends what waits before it closes. */
    sayGoodbye(): void {
        this.trySend(commands.goodbye, {});
        this.end(closed());
    }

    /** The WebSocket has closed in both directions. */
    get isClosed(): Promise<void> {
        return this.closing.promise;
    }

    /** Sends a message. False: too much waits to be sent already, or the connection has ended. */
    trySend(command: number, body: Readonly<Record<string, unknown>>): boolean {
        return this.tryPost(write(command, body));
    }

    /** @throws PushError: it is longer than the server takes, too much waits to be sent, or the connection has ended. */
    send(command: number, body: Readonly<Record<string, unknown>>): void {
        const text = write(command, body);
        const bytes = new TextEncoder().encode(text).length;
        if (bytes > this.maxSendBytes) {
            throw new PushError(codes.frame_too_large, `A message of ${bytes} bytes; the limit is ${this.maxSendBytes}.`);
        }

        if (!this.isOpen) {
            throw new PushError(codes.connection_lost, "The connection ended before the message was taken.");
        }

        if (!this.tryPost(text)) {
            const waiting = this.socket.bufferedAmount;
            throw new PushError(codes.rate_limited, `${waiting} bytes wait to be sent; the limit is ${this.settings.maxBufferedBytes}.`);
        }
    }

    private tryPost(text: string): boolean {
        if (!this.isOpen || this.socket.bufferedAmount + text.length > this.settings.maxBufferedBytes) {
            return false;
        }

        this.socket.send(text);
        return true;
    }

    private get isOpen(): boolean {
        return !this.hasEnded && this.socket.readyState === 1;
    }

    private take(data: unknown): void {
        if (this.hasEnded) {
            return;
        }

        this.lastReceived = now();
        try {
            if (typeof data !== "string") {
                throw new PushError(codes.malformed_body, "A binary message; this client speaks text.");
            }

            if (data.length > this.settings.maxMessageLength) {
                throw new PushError(
                    codes.frame_too_large,
                    `A message of ${data.length} characters; the limit is ${this.settings.maxMessageLength}.`,
                );
            }

            this.onMessage(read(data));
        } catch (fault) {
            const code = fault instanceof PushError ? fault.code : codes.internal_error;
            // The server's fault, not ours: another try may meet a better one.
            this.end({ action: "reconnect", code, message: `The server broke the protocol: ${messageOf(fault)}` });
        }
    }

    private finish(end: ConnectionEnd): void {
        if (!this.hasEnded) {
            this.ending.resolve(end);
            this.opening.resolve(false);
        }
    }
}
