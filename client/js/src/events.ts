import type { ChatMessage, LogRestart, PushMessage, ServerError } from "./messages.js";
import type { ClientState } from "./state.js";

/** The events of a client. */
export interface PushClientEvents {
    /** A push from an internal app arrived. A listener that throws counts as a handler that failed. */
    push: PushMessage;

    /** Chat arrived. A listener that throws counts as a handler that failed. */
    chat: ChatMessage;

    /** The client does something else now. */
    state: ClientState;

    /** A request failed; the connection goes on. */
    error: ServerError;

    /** A channel's log has a new epoch: raised before the first message of it is handed over. */
    logRestarted: LogRestart;

    /** With `onFault: "retry"`: a handler or the cursor store threw this and is tried again. */
    handlerFailed: unknown;
}

type Listener = (value: never) => void;

/** Listeners by event, called in the order in which they were added. */
export class Emitter {
    private readonly listeners = new Map<keyof PushClientEvents, Set<Listener>>();

    on<K extends keyof PushClientEvents>(event: K, listener: (value: PushClientEvents[K]) => void, signal?: AbortSignal): () => void {
        const own: Listener = (value) => listener(value); // the same function may listen twice
        const off = () => {
            this.listeners.get(event)?.delete(own);
            signal?.removeEventListener("abort", off);
        };
        if (!signal?.aborted) {
            const all = this.listeners.get(event) ?? new Set();
            this.listeners.set(event, all.add(own));
            signal?.addEventListener("abort", off);
        }

        return off;
    }

    /** Calls the listeners; what the first of them throws is thrown here. */
    raise<K extends keyof PushClientEvents>(event: K, value: PushClientEvents[K]): void {
        for (const listener of [...(this.listeners.get(event) ?? [])]) {
            listener(value as never);
        }
    }

    /** Calls the listeners; what one throws is reported to the page, as for events of the page itself, and stops nothing. */
    tell<K extends keyof PushClientEvents>(event: K, value: PushClientEvents[K]): void {
        for (const listener of [...(this.listeners.get(event) ?? [])]) {
            try {
                listener(value as never);
            } catch (fault) {
                queueMicrotask(() => {
                    throw fault;
                });
            }
        }
    }
}
