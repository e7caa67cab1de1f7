import type { Connection } from "../connection/connection.js";
import type { ChatMessage, PushMessage } from "../messages.js";
import type { MessagePosition } from "../position.js";

// What a message takes beside its content, about.
const OVERHEAD_BYTES = 256;

/** Chat or a push. */
export type Content = { readonly chat: ChatMessage } | { readonly push: PushMessage };

/** A message between the connection that it came on and the handler. */
export interface WaitingMessage {
    readonly content: Content;
    readonly channel: string;

    /** Undefined: it is not kept. */
    readonly position: MessagePosition | undefined;

    readonly bytes: number;

    /** Another copy comes if this one is lost. */
    readonly isSafe: boolean;

    /** The latest connection that sent it and waits for its acknowledgement; undefined: nobody does. */
    acknowledgeOn: Connection | undefined;
}

/** What became of a message that arrived: it waits; it waited already; it is lost; the server sends it again on the next connection. */
export type Verdict = "queued" | "repeated" | "dropped" | "refused";

export function waitingMessage(content: Content, acknowledgeOn: Connection | undefined): WaitingMessage {
    const { channel, position } = "push" in content ? content.push : content.chat;
    const size = "push" in content ? content.push.size : 2 * content.chat.text.length;
    return {
        content,
        channel,
        position,
        bytes: size + OVERHEAD_BYTES,
        isSafe: position !== undefined && acknowledgeOn !== undefined,
        acknowledgeOn,
    };
}

/** The bounded queue between the connections and the handler, in the order of arrival. */
export class WaitingMessages {
    private readonly queue = new Set<WaitingMessage>();

    // Kept messages that wait or are being handled.
    private readonly kept = new Map<string, WaitingMessage>();
    private readonly safe = { messages: 0, bytes: 0 };
    private readonly others = { messages: 0, bytes: 0 };

    constructor(
        private readonly maxMessages: number,
        private readonly maxBytes: number,
    ) {}

    /** Nothing waits, but for what is being handled. */
    get isEmpty(): boolean {
        return this.queue.size === 0;
    }

    add(message: WaitingMessage): Verdict {
        const name = nameOf(message);
        const earlier = name === undefined ? undefined : this.kept.get(name);
        if (earlier !== undefined) {
            earlier.acknowledgeOn = message.acknowledgeOn;
            return "repeated";
        }

        const load = this.loadOf(message);
        if (load.messages >= this.maxMessages || load.bytes + message.bytes > this.maxBytes) {
            return message.isSafe ? "refused" : "dropped";
        }

        load.messages++;
        load.bytes += message.bytes;
        if (name !== undefined) {
            this.kept.set(name, message);
        }

        this.queue.add(message);
        return "queued";
    }

    /** Takes the oldest out of the queue; it counts until it is removed. */
    next(): WaitingMessage | undefined {
        for (const message of this.queue) {
            this.queue.delete(message);
            return message;
        }

        return undefined;
    }

    /** The message is done with. */
    remove(message: WaitingMessage): void {
        const load = this.loadOf(message);
        load.messages--;
        load.bytes -= message.bytes;
        const name = nameOf(message);
        if (name !== undefined) {
            this.kept.delete(name);
        }
    }

    private loadOf(message: WaitingMessage) {
        return message.isSafe ? this.safe : this.others;
    }
}

function nameOf({ channel, position }: WaitingMessage): string | undefined {
    return position && `${position.epoch}-${position.seq} ${channel}`;
}
