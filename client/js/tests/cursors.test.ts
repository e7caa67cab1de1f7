import "fake-indexeddb/auto";
import { describe, expect, it, vi } from "vitest";
import { IndexedDbCursorStore, LocalStorageCursorStore, MemoryCursorStore, type CursorKey, type CursorStore } from "../src/index.js";

const key: CursorKey = { app: "default", user: "ann", device: "", channel: "inbox" };
const highest = { epoch: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

class FakeStorage {
    readonly entries = new Map<string, string>();
    getItem = (name: string) => this.entries.get(name) ?? null;
    setItem = (name: string, value: string) => void this.entries.set(name, value);
}

let databases = 0;
const stores: [string, () => CursorStore][] = [
    ["MemoryCursorStore", () => new MemoryCursorStore()],
    ["LocalStorageCursorStore", () => new LocalStorageCursorStore({ storage: new FakeStorage() as never })],
    ["IndexedDbCursorStore", () => new IndexedDbCursorStore({ name: `test-${++databases}` })],
];

describe.each(stores)("%s", (_, create) => {
    it("keeps each key's cursor", async () => {
        const store = create();
        const keys = [key, { ...key, user: "bob" }, { ...key, device: "tab" }, { ...key, channel: "all" }, { ...key, app: "shop" }];
        keys.push({ ...key, user: "a/b", device: "c" }, { ...key, user: "a", device: "b/c" });

        const before = await store.load(key);
        for (const [index, one] of keys.entries()) await store.save(one, { epoch: 7, seq: index + 1 });
        await store.save(key, { epoch: 8, seq: 1 });
        await store.save(keys[1]!, highest);
        const after = await Promise.all(keys.map(async (one) => store.load(one)));

        expect(before).toBeUndefined();
        expect(after[0]).toEqual({ epoch: 8, seq: 1 });
        expect(after[1]).toEqual(highest);
        expect(after.slice(2).map((position) => position?.seq)).toEqual([3, 4, 5, 6, 7]);
    });
});

describe("LocalStorageCursorStore", () => {
    it.each(["", "7", "7-", "-7-1", "7-1x", "7.5-1", "1e3-1", "99999999999999999-1", "9007199254740993-1", '{"epoch":7}'])(
        "takes the damaged entry '%s' for none, and mends it",
        (entry) => {
            const storage = new FakeStorage();
            const store = new LocalStorageCursorStore({ storage: storage as never });
            store.save(key, { epoch: 7, seq: 1 });
            storage.entries.set([...storage.entries.keys()][0]!, entry);

            const damaged = store.load(key);
            store.save(key, { epoch: 7, seq: 2 });

            expect(damaged).toBeUndefined();
            expect(store.load(key)).toEqual({ epoch: 7, seq: 2 });
        },
    );

    it("never goes back, also when another tab saves a lower one", () => {
        const storage = new FakeStorage();
        const [one, other] = [1, 2].map(() => new LocalStorageCursorStore({ storage: storage as never }));

        one!.save(key, { epoch: 7, seq: 20 });
        other!.save(key, { epoch: 7, seq: 10 });
        other!.save(key, { epoch: 6, seq: 30 });

        expect(one!.load(key)).toEqual({ epoch: 7, seq: 20 });
    });

    it("says so when the storage is full or forbidden", () => {
        const storage = new FakeStorage();
        storage.setItem = () => {
            throw new DOMException("Full.", "QuotaExceededError");
        };
        const store = new LocalStorageCursorStore({ storage: storage as never });

        expect(() => store.save(key, { epoch: 7, seq: 1 })).toThrow("Full.");
    });

    it("uses the page's localStorage, under its own names", () => {
        const storage = new FakeStorage();
        vi.stubGlobal("localStorage", storage);

        new LocalStorageCursorStore().save(key, { epoch: 7, seq: 1 });
        new LocalStorageCursorStore({ prefix: "shop:" }).save(key, { epoch: 7, seq: 2 });

        expect([...storage.entries]).toEqual([
            ["push.cursor:default/ann//inbox", "7-1"],
            ["shop:default/ann//inbox", "7-2"],
        ]);
    });
});

describe("IndexedDbCursorStore", () => {
    it("never goes back, and survives its page", async () => {
        const name = `test-${++databases}`;
        await new IndexedDbCursorStore({ name }).save(key, { epoch: 7, seq: 20 });
        const next = new IndexedDbCursorStore({ name });

        await next.save(key, { epoch: 7, seq: 10 });

        expect(await next.load(key)).toEqual({ epoch: 7, seq: 20 });
    });

    it("takes a damaged entry for none, and mends it", async () => {
        const name = `test-${++databases}`;
        const store = new IndexedDbCursorStore({ name });
        await store.save(key, { epoch: 7, seq: 20 });
        await putRaw(name, { epoch: "7", seq: -1 });

        const damaged = await store.load(key);
        await store.save(key, { epoch: 7, seq: 2 });

        expect(damaged).toBeUndefined();
        expect(await store.load(key)).toEqual({ epoch: 7, seq: 2 });
    });

    it("says so when it can't be opened, and tries again with the next call", async () => {
        const open = vi.spyOn(indexedDB, "open").mockImplementationOnce(() => {
            throw new DOMException("Denied.", "SecurityError");
        });
        const store = new IndexedDbCursorStore({ name: `test-${++databases}` });

        await expect(store.load(key)).rejects.toThrow("Denied.");
        expect(await store.load(key)).toBeUndefined();
        expect(open).toHaveBeenCalledTimes(2);
    });
});

function putRaw(name: string, value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 1);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
            const transaction = request.result.transaction("cursors", "readwrite");
            transaction.objectStore("cursors").put(value, "default/ann//inbox");
            transaction.oncomplete = () => {
                request.result.close();
                resolve();
            };
        };
    });
}
