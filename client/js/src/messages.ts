import type { MessagePosition } from "./position.js";

/** Whom a chat message went to: this user alone, several, or everybody. */
export type ChatAudience = "one" | "several" | "all";

/** What every message has. */
interface Message {
    /** The message's name; empty for chat that is not kept. */
    readonly id: string;

    /** The channel of a kept message, `inbox` or `all`; empty for others. */
    readonly channel: string;

    /** The place of a kept message in its channel; undefined for others. */
    readonly position: MessagePosition | undefined;
}

/** Chat that arrived. */
export interface ChatMessage extends Message {
    readonly audience: ChatAudience;

    /** Who says it, as verified by the server. */
    readonly from: string;

    readonly text: string;
}

/** A push from an internal app. */
export class PushMessage implements Message {
    readonly id: string;
    readonly app: string;

    /** The app's own name for the kind of message. */
    readonly type: string;

    /** A media type. */
    readonly contentType: string;

    readonly channel: string;
    readonly position: MessagePosition | undefined;

    /** When it expires; undefined = it does not. */
    readonly expiresAt: Date | undefined;

    /** The payload waits at the server: `client.fetch(push)`. */
    readonly isNotify: boolean;

    /** How long the payload is, bytes; also when it is not here. */
    readonly size: number;

    readonly #payload: string | Uint8Array;

    /** @internal */
    constructor(
        fields: Omit<PushMessage, "text" | "bytes" | "json" | "size"> & { payload: string | Uint8Array; size: number | undefined },
    ) {
        this.id = fields.id;
        this.app = fields.app;
        this.type = fields.type;
        this.contentType = fields.contentType;
        this.channel = fields.channel;
        this.position = fields.position;
        this.expiresAt = fields.expiresAt;
        this.isNotify = fields.isNotify;
        this.#payload = fields.payload;
        this.size = fields.size ?? this.bytes.length;
    }

    /** The payload as UTF-8 text; empty when it is not here. */
    get text(): string {
        return typeof this.#payload === "string" ? this.#payload : new TextDecoder().decode(this.#payload);
    }

    /** The payload; empty when it is not here. */
    get bytes(): Uint8Array {
        return typeof this.#payload === "string" ? new TextEncoder().encode(this.#payload) : this.#payload;
    }

    /**
     * The payload read as JSON.
     * @throws SyntaxError when it is something else.
     */
    json(): unknown {
        return JSON.parse(this.text);
    }
}

/** A part of a channel as the server has it. */
export interface MessagePage {
    readonly channel: string;

    /** In the order of their positions. */
    readonly messages: readonly PushMessage[];

    /** The page tells of everything up to here; the next fetch begins behind it. */
    readonly covered: MessagePosition;

    /** There was more behind it. */
    readonly hasMore: boolean;
}

/**
 * The epoch of a channel's log has risen: the server lost data, and messages behind `old` may be gone; or the log was empty for so long that it
 * was begun anew. `first` is handed over next.
 */
export interface LogRestart {
    readonly channel: string;
    readonly old: MessagePosition;
    readonly first: MessagePosition;
}

/** A request failed; the connection goes on. */
export interface ServerError {
    /** The command that failed; 0 = none in particular. */
    readonly command: number;

    /** The id of the request; empty when it had none. */
    readonly id: string;

    readonly code: number;

    /** The name of the code. */
    readonly reason: string;

    /** For people. */
    readonly message: string;

    /** When to try again, ms; 0 = not named. */
    readonly retryAfterMs: number;
}

/** What a client did with what arrived, since it was created. */
export interface ReceivedCounts {
    /** Messages that were handed over, kept ones and others. */
    readonly handled: number;

    /** Kept messages that had come before; they were not handed over again. */
    readonly repeats: number;

    /** Messages that nobody acknowledges and that came faster than they were handled. */
    readonly dropped: number;

    /** How often a handler or the cursor store failed and was tried again. */
    readonly faults: number;
}
