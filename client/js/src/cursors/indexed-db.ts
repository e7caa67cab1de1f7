import { comparePositions, type MessagePosition } from "../position.js";
import { isPosition, textOf, type CursorKey, type CursorStore } from "./cursor-store.js";

const TABLE = "cursors";

/**
 * Keeps cursors in an IndexedDB: beside what the application stores there, and off the page's main thread. An entry that is damaged counts as none. A
 * cursor never goes back, also when another tab saves a lower one.
 */
export class IndexedDbCursorStore implements CursorStore {
    private readonly name: string;
    private opening: Promise<IDBDatabase> | undefined;

    /** @param options.name The name of the database. Default `push-cursors`. */
    constructor(options: { name?: string } = {}) {
        this.name = options.name ?? "push-cursors";
    }

    async load(key: CursorKey): Promise<MessagePosition | undefined> {
        const table = (await this.open()).transaction(TABLE).objectStore(TABLE);
        return positionOf(await resultOf(table.get(textOf(key))));
    }

    async save(key: CursorKey, position: MessagePosition): Promise<void> {
        const transaction = (await this.open()).transaction(TABLE, "readwrite", { durability: "strict" });
        const done = endOf(transaction);
        const table = transaction.objectStore(TABLE);
        const saved = positionOf(await resultOf(table.get(textOf(key))));
        if (saved === undefined || comparePositions(position, saved) > 0) {
            table.put({ epoch: position.epoch, seq: position.seq }, textOf(key));
        }

        await done;
    }

    private open(): Promise<IDBDatabase> {
        this.opening ??= this.openOnce().catch((fault: unknown) => {
            this.opening = undefined; // the next call tries again
            throw fault;
        });
        return this.opening;
    }

    private async openOnce(): Promise<IDBDatabase> {
        const request = indexedDB.open(this.name, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
        const database = await resultOf(request);
        const forget = () => (this.opening = undefined);
        database.onclose = forget;
        database.onversionchange = () => {
            database.close();
            forget();
        };
        return database;
    }
}

function positionOf(value: unknown): MessagePosition | undefined {
    return isPosition(value) ? { epoch: value.epoch, seq: value.seq } : undefined;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

function endOf(transaction: IDBTransaction): Promise<void> {
    const end = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
    });
    end.catch(() => {}); // its request may fail first
    return end;
}
