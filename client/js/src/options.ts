import type { CursorStore } from "./cursors/cursor-store.js";
import type { Transport } from "./endpoints/endpoint.js";
import type { ChatMessage, PushMessage } from "./messages.js";

/** What a client needs to know. `user`, a token, and a dispatcher or an endpoint must be given. */
export interface PushClientOptions {
    /** Dispatchers, `http(s)://host:port`, asked in this order for gateways. */
    readonly dispatchers?: readonly string[];

    /** Gateways, `host:port` or `wss://host:port/ws`, the best first: without a dispatcher, or while none answers and nothing is cached. */
    readonly endpoints?: readonly string[];

    /** How gateways are reached. Default `wss` on a page that came by https, else `ws`. */
    readonly transport?: Transport;

    /** Default `default`. */
    readonly app?: string;

    /** 1 to 128 bytes of UTF-8. */
    readonly user: string;

    /** The user's token; not used when there is a `tokenProvider`. */
    readonly token?: string;

    /** Fetches the user's token: before every connection, and once more when the server refuses it. A rejection counts as a failed try. */
    readonly tokenProvider?: (signal: AbortSignal) => string | Promise<string>;

    /** Which device, for apps that allow several per user. Default none. */
    readonly device?: string;

    /** What the device is connected by: wifi, mobile, ethernet, …. Default what the browser says, if it does. */
    readonly network?: string | (() => string);

    /**
     * Handles pushes, one after another, kept ones in the order of their channel, after the event `push`. A kept message is acknowledged when it has
     * finished. Its signal aborts when the client closes. What it throws: `receive.onFault`.
     */
    readonly onPush?: (push: PushMessage, signal: AbortSignal) => void | Promise<void>;

    /** As `onPush`, for chat, after the event `chat`. One message is handled at a time, chat or push. */
    readonly onChat?: (chat: ChatMessage, signal: AbortSignal) => void | Promise<void>;

    readonly receive?: ReceiveOptions;
    readonly heartbeat?: HeartbeatOptions;
    readonly reconnect?: ReconnectOptions;

    /** For the dispatcher's answer, the token provider, the connection, the answers to verify and fetch, each, ms. Default 10,000. */
    readonly connectTimeoutMs?: number;

    /** How long `close` waits for the handler that runs, the cursor store and the server, together, ms. Default 2,000. */
    readonly closeTimeoutMs?: number;

    /** The longest message that is taken, characters; more than any gateway sends (256 KiB unless told otherwise). Default 1,048,576. */
    readonly maxMessageLength?: number;

    /** What may wait in the browser to be sent, bytes; a request over it is refused. Default 1,048,576. */
    readonly maxBufferedBytes?: number;

    /** Where the addresses of gateways are kept for the time when no dispatcher answers; null = nowhere. Default `localStorage`, if there is one. */
    readonly addressCache?: Pick<Storage, "getItem" | "setItem"> | null;

    /** Closes the client. */
    readonly signal?: AbortSignal;

    /** How WebSockets are made. Default `new WebSocket(url)`. */
    readonly webSocket?: (url: string) => WebSocket;

    /** How dispatchers are asked. Default `fetch`. */
    readonly fetch?: typeof globalThis.fetch;
}

/** Handling and acknowledging. */
export interface ReceiveOptions {
    /** Where cursors are kept. Default in memory: repeats after a reload are seen. */
    readonly cursors?: CursorStore;

    /** Who acknowledges: the client, `afterHandler` (default), or the gateway, `whenSent`: then what is under way when the link breaks is lost. */
    readonly acknowledge?: "afterHandler" | "whenSent";

    /** A handler or the cursor store throws: `stop` (default), or `retry` after a pause, without end; messages behind it wait. */
    readonly onFault?: "stop" | "retry";

    /** With `retry`: the pause before the first one, doubled with each, ms. Default 1,000. */
    readonly retryDelayMs?: number;

    /** With `retry`: the longest pause, ms. Default 30,000. */
    readonly maxRetryDelayMs?: number;

    /**
     * How many messages may wait for the handler, kept ones and others each. Beyond it, one that nobody acknowledges is dropped and counted; a kept one
     * ends the connection, after which it comes again. Default 10,000.
     */
    readonly maxQueuedMessages?: number;

    /** Likewise, bytes. Default 16 MiB. */
    readonly maxQueuedBytes?: number;

    /** While more messages wait: the longest time from handled to saved and acknowledged, ms; or after 32 messages. Default 100. */
    readonly acknowledgeWithinMs?: number;
}

/** How a client shows that it lives, and how it notices that the link does not. */
export interface HeartbeatOptions {
    /** The interval that the client proposes; the server's answer decides, ms. Default 10,000. */
    readonly intervalMs?: number;

    /** Nothing arrives for this long after a heartbeat: the link is lost, ms. Default 30,000. */
    readonly answerTimeoutMs?: number;

    /** Likewise after a heartbeat that is sent because the page came back or the network changed, ms. Default 5,000. */
    readonly probeTimeoutMs?: number;

    /** Propose the interval that the dispatcher advises, where it advises one. Default false. */
    readonly followDispatcher?: boolean;
}

/** How a client that lost its connection tries again. */
export interface ReconnectOptions {
    /** The pause before the first try, ms. Default 1,000. */
    readonly initialDelayMs?: number;

    /** By how much the pause grows with every try, at least 1. Default 2. */
    readonly factor?: number;

    /** The longest pause, before jitter, ms. Default 30,000. */
    readonly maxDelayMs?: number;

    /** By which part of itself a pause is made longer or shorter at random, 0 to 1. Default 0.5. */
    readonly jitter?: number;

    /** A login that held for so long lets the pauses begin anew, ms. Default 10,000. */
    readonly stableAfterMs?: number;

    /** The most that is taken from a server that names when to come back, before jitter, ms. Default 600,000. */
    readonly maxRetryAfterMs?: number;

    /** Tries in a row without a login before the client stops. Default no end. */
    readonly maxAttempts?: number;
}
