import type { ServerError } from "./messages.js";
import { Deferred, pause } from "./time.js";

const MAX_WATCHED = 1024;

/**
 * A message that the client has taken for sending. The protocol answers only when something is wrong, so a message without an error has probably
 * arrived, and one that was under way when the connection broke may be lost.
 */
export class SentMessage {
    readonly #error: Deferred<ServerError | undefined>;

    /** @internal */
    constructor(
        /** The id that an error about this message carries. */
        readonly id: string,
        error: Deferred<ServerError | undefined>,
    ) {
        this.#error = error;
    }

    /**
     * Waits for an error about this message.
     * @returns Undefined: none came in this time, or the client has sent so many since that it does not watch for it any more.
     * @throws The signal's reason.
     */
    async waitForError(withinMs: number, options: { signal?: AbortSignal } = {}): Promise<ServerError | undefined> {
        const over = new AbortController();
        const abort = () => over.abort();
        options.signal?.throwIfAborted();
        options.signal?.addEventListener("abort", abort);
        try {
            const error = await Promise.race([this.#error.promise, pause(withinMs, over.signal)]);
            options.signal?.throwIfAborted();
            return error ?? undefined;
        } finally {
            over.abort();
            options.signal?.removeEventListener("abort", abort);
        }
    }
}

/** Names messages, and finds the latest ones again when an error about one arrives. */
export class SentMessages {
    private readonly errors = new Map<string, Deferred<ServerError | undefined>>();
    private count = 0;

    add(): SentMessage {
        const error = new Deferred<ServerError | undefined>();
        const message = new SentMessage(String(++this.count), error);
        this.errors.set(message.id, error);
        if (this.errors.size > MAX_WATCHED) {
            const [oldest] = this.errors.keys();
            this.errors.get(oldest!)!.resolve(undefined);
            this.errors.delete(oldest!);
        }

        return message;
    }

    fail(error: ServerError): void {
        this.errors.get(error.id)?.resolve(error);
    }
}
