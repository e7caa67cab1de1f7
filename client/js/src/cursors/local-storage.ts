import { comparePositions, type MessagePosition } from "../position.js";
import { isPosition, textOf, type CursorKey, type CursorStore } from "./cursor-store.js";

/**
 * Keeps cursors in the browser's `localStorage` (or what has its shape): they survive a reload, a crash and a restart of the browser. An entry that
 * is damaged counts as none: messages come again, and none is lost. A cursor never goes back, also when another tab saves a lower one.
 */
export class LocalStorageCursorStore implements CursorStore {
    private readonly storage: Storage;
    private readonly prefix: string;

    /**
     * @param options.storage Default `localStorage`.
     * @param options.prefix What the names of its entries begin with. Default `push.cursor:`.
     * @throws Where the browser forbids storage.
     */
    constructor(options: { storage?: Storage; prefix?: string } = {}) {
        this.storage = options.storage ?? globalThis.localStorage;
        this.prefix = options.prefix ?? "push.cursor:";
    }

    load(key: CursorKey): MessagePosition | undefined {
        const [, epoch, seq] = /^(\d{1,16})-(\d{1,16})$/.exec(this.storage.getItem(this.prefix + textOf(key)) ?? "") ?? [];
        const position = { epoch: Number(epoch), seq: Number(seq) };
        return isPosition(position) ? position : undefined;
    }

    /** @throws When the storage is full. */
    save(key: CursorKey, position: MessagePosition): void {
        const saved = this.load(key);
        if (saved === undefined || comparePositions(position, saved) > 0) {
            this.storage.setItem(this.prefix + textOf(key), `${position.epoch}-${position.seq}`);
        }
    }
}
