import type { MessagePosition } from "../position.js";

/** Whose cursor, in which channel. */
export interface CursorKey {
    readonly app: string;
    readonly user: string;

    /** Empty = none. */
    readonly device: string;

    readonly channel: string;
}

/**
 * Keeps how far a client has handled its channels. What it throws is treated like a fault of a handler (`receive.onFault`): nothing is
 * acknowledged that is not saved.
 */
export interface CursorStore {
    /** The cursor as it was last saved; undefined = there is none. */
    load(key: CursorKey): MessagePosition | undefined | Promise<MessagePosition | undefined>;

    /** Keeps the cursor; ends when it would survive what the store is to survive. */
    save(key: CursorKey, position: MessagePosition): void | Promise<void>;
}

/** @internal One text for a key; no two keys have the same. */
export function textOf(key: CursorKey): string {
    return [key.app, key.user, key.device, key.channel].map(encodeURIComponent).join("/");
}

/** @internal */
export function isPosition(value: unknown): value is MessagePosition {
    const { epoch, seq } = (value ?? {}) as Partial<MessagePosition>;
    return Number.isSafeInteger(epoch) && Number.isSafeInteger(seq) && epoch! >= 0 && seq! >= 0;
}

/** Keeps cursors for as long as the page lives: repeats after a reconnect are removed, those after a reload are not. */
export class MemoryCursorStore implements CursorStore {
    private readonly cursors = new Map<string, MessagePosition>();

    load(key: CursorKey): MessagePosition | undefined {
        return this.cursors.get(textOf(key));
    }

    save(key: CursorKey, position: MessagePosition): void {
        this.cursors.set(textOf(key), position);
    }
}
