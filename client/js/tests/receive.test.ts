import { describe, expect, it } from "vitest";
import {
    MemoryCursorStore,
    type CursorKey,
    type CursorStore,
    type LogRestart,
    type MessagePosition,
    type PushMessage,
} from "../src/index.js";
import { Deferred } from "../src/time.js";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

const key: CursorKey = { app: "default", user: "ann", device: "", channel: "inbox" };

/** Tells what was done with it, and fails or waits when told to. */
class RecordingStore implements CursorStore {
    readonly steps: string[] = [];
    failures = 0;
    gate: Promise<void> = Promise.resolve();
    private readonly cursors = new MemoryCursorStore();

    load(key: CursorKey): MessagePosition | undefined {
        return this.cursors.load(key);
    }

    async save(key: CursorKey, position: MessagePosition): Promise<void> {
        await this.gate;
        if (this.failures-- > 0) throw new Error("The disk is full.");
        this.steps.push(`saved ${position.seq}`);
        this.cursors.save(key, position);
    }
}

/** A handler whose end is in the test's hand. */
class SlowHandler {
    readonly begun: string[] = [];
    readonly signals: AbortSignal[] = [];
    private readonly ends: Deferred<void>[] = [];

    readonly onPush = (push: PushMessage, signal: AbortSignal) => {
        const end = new Deferred<void>();
        this.begun.push(push.text);
        this.signals.push(signal);
        this.ends.push(end);
        return end.promise;
    };

    async finish(fault?: Error): Promise<void> {
        const end = this.ends.at(-1)!;
        if (fault) end.reject(fault);
        else end.resolve();
        await settle();
    }
}

describe("kept messages", () => {
    it("are handled, then saved, then acknowledged", async () => {
        const store = new RecordingStore();
        const handler = new SlowHandler();
        const world = new World({ onPush: handler.onPush, receive: { cursors: store } });
        const saving = new Deferred<void>();
        store.gate = saving.promise;
        const socket = await world.login();

        socket.push(41);
        await settle();
        const whileHandled = [store.steps.length, socket.acked().length];
        await handler.finish();
        const whileSaved = [store.steps.length, socket.acked().length];
        saving.resolve();
        await settle();

        expect({ whileHandled, whileSaved }).toEqual({ whileHandled: [0, 0], whileSaved: [0, 0] });
        expect(store.steps).toEqual(["saved 41"]);
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 41 }]);
    });

    it("are handled one after another, and acknowledged together while more wait", async () => {
        const world = new World({ onPush: (push) => void push.text });
        const socket = await world.login();

        for (let seq = 1; seq <= 20; seq++) socket.push(seq);
        socket.push(5, { channel: "all" });
        await settle();

        expect(world.texts).toHaveLength(21);
        expect(socket.bodies(6)).toEqual([
            {
                positions: [
                    { channel: "inbox", epoch: 7, seq: 20 },
                    { channel: "all", epoch: 7, seq: 5 },
                ],
            },
        ]);
    });

    it("are acknowledged after 32 of them, or the time, while more wait", async () => {
        let handled = 0;
        const handler = new SlowHandler();
        const world = new World({ onPush: (push, signal) => (++handled % 40 === 0 ? handler.onPush(push, signal) : undefined) });
        const socket = await world.login();

        for (let seq = 1; seq <= 64; seq++) socket.push(seq);
        await settle();
        const after32 = socket.acked().map(({ seq }) => seq);
        await pass(100);
        const afterTime = socket.acked().map(({ seq }) => seq);
        await handler.finish();

        expect(after32.at(-1)).toBeGreaterThanOrEqual(32);
        expect(afterTime.at(-1)).toBe(39);
        expect(socket.acked().at(-1)).toEqual({ epoch: 7, seq: 64 });
    });

    it("kept chat is handled and acknowledged likewise", async () => {
        const world = new World();
        const socket = await world.login();

        socket.say(102, { chat_from: "bob", chat_content: "hi", id: "m", channel: "inbox", epoch: 7, seq: 44 });
        await settle();

        expect(world.chats[0]).toMatchObject({ from: "bob", text: "hi", id: "m", position: { epoch: 7, seq: 44 } });
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 44 }]);
    });

    it("that come again after a reconnect are dropped, and acknowledged again", async () => {
        const world = new World();
        const first = await world.login();
        first.push(1);
        first.push(2);
        await settle();
        first.drop();
        await pass(1_000);
        const second = await world.answerLogin();

        second.push(1);
        second.push(2);
        second.push(3);
        await settle();

        expect(world.texts).toEqual(["text 1", "text 2", "text 3"]);
        expect(second.acked().at(-1)).toEqual({ epoch: 7, seq: 3 });
        expect(world.client.received.repeats).toBe(2);
    });

    it("that wait in the queue are not taken twice, and are acknowledged where they came last", async () => {
        const handler = new SlowHandler();
        const world = new World({ onPush: handler.onPush });
        const first = await world.login();
        first.push(1);
        await settle();
        first.drop();
        await pass(1_000);
        const second = await world.answerLogin();

        second.push(1);
        await handler.finish();

        expect(handler.begun).toEqual(["text 1"]);
        expect(first.acked()).toEqual([]);
        expect(second.acked()).toEqual([{ epoch: 7, seq: 1 }]);
    });

    it("are compared by epoch first, and a risen epoch is told before its first message", async () => {
        const cursors = new MemoryCursorStore();
        cursors.save(key, { epoch: 7, seq: 100 });
        const told: (LogRestart | string)[] = [];
        const world = new World({ receive: { cursors }, onPush: (push) => void told.push(push.text) });
        world.client.on("logRestarted", (restart) => told.push(restart));
        const socket = await world.login();

        socket.push(99);
        socket.push(3, { epoch: 8 });
        socket.push(4, { epoch: 8 });
        socket.push(101);
        await settle();

        const restart = { channel: "inbox", old: { epoch: 7, seq: 100 }, first: { epoch: 8, seq: 3 } };
        expect(told).toEqual([restart, "text 3", "text 4"]);
        expect(cursors.load(key)).toEqual({ epoch: 8, seq: 4 });
    });

    it("of a page that was loaded again begin at the stored cursor", async () => {
        const cursors = new MemoryCursorStore();
        const first = new World({ receive: { cursors } });
        (await first.login()).push(5);
        await settle();

        const second = new World({ receive: { cursors } });
        const socket = await second.login();
        socket.push(5);
        socket.push(6);
        await settle();

        expect(second.texts).toEqual(["text 6"]);
    });

    it("are not acknowledged where that was not granted, nor asked for with whenSent", async () => {
        const [refused, whenSent] = [new World(), new World({ receive: { acknowledge: "whenSent" } })];
        await refused.login({ features: ["heartbeat_ack"] });
        await whenSent.login({ features: ["heartbeat_ack"] });

        for (const { socket } of [refused, whenSent]) socket.push(1);
        await settle();

        expect([refused.texts, whenSent.texts]).toEqual([["text 1"], ["text 1"]]);
        expect([refused.socket.acked(), whenSent.socket.acked()]).toEqual([[], []]);
        expect(whenSent.socket.bodies(1)[0]!.features).toEqual(["heartbeat_ack"]);
    });

    it("are acknowledged later when too much waits to be sent", async () => {
        const world = new World();
        const socket = await world.login();

        socket.bufferedAmount = 2 * 1024 * 1024;
        socket.push(1);
        await pass(1_000);
        const full = socket.acked().length;
        socket.bufferedAmount = 0;
        await pass(200);

        expect(full).toBe(0);
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 1 }]);
    });
});

describe("faults of the application", () => {
    it("a handler that throws stops the client, and its message is not acknowledged", async () => {
        const fault = new Error("no such order");
        const world = new World({ onPush: () => Promise.reject(fault) });
        const socket = await world.login();

        socket.push(1);
        socket.push(2);
        await settle();

        expect(await world.client.closed).toMatchObject({
            phase: "stopped",
            reason: "internal_error",
            message: "A handler threw: no such order",
            cause: fault,
        });
        expect(world.texts).toEqual(["text 1"]);
        expect(socket.acked()).toEqual([]);
    });

    it("a listener that throws counts as a handler", async () => {
        const world = new World();
        world.client.on("push", () => {
            throw new Error("in a listener");
        });
        const socket = await world.login();

        socket.push(1);
        await settle();

        expect(world.client.state).toMatchObject({ phase: "stopped", message: "A handler threw: in a listener" });
        expect(socket.acked()).toEqual([]);
    });

    it("with retry the same message comes again, and what is behind it waits", async () => {
        let failures = 3;
        const done: string[] = [];
        const world = new World({
            receive: { onFault: "retry" },
            onPush: (push) => {
                if (failures-- > 0) throw new Error("not now");
                done.push(push.text);
            },
        });
        const faults: unknown[] = [];
        world.client.on("handlerFailed", (fault) => faults.push(fault));
        const socket = await world.login();

        socket.push(1);
        socket.push(2);
        await pass(6_900);
        const early = [...done];
        await pass(200);

        expect(early).toEqual([]);
        expect(done).toEqual(["text 1", "text 2"]);
        expect(faults).toHaveLength(3);
        expect(world.client.received.faults).toBe(3);
        expect(socket.acked().at(-1)).toEqual({ epoch: 7, seq: 2 });
    });

    it("a store that fails stops the client: nothing is acknowledged that is not saved", async () => {
        const store = new RecordingStore();
        store.failures = 1;
        const world = new World({ receive: { cursors: store } });
        const socket = await world.login();

        socket.push(1);
        await settle();

        expect(await world.client.closed).toMatchObject({
            reason: "internal_error",
            message: "The cursor store failed: The disk is full.",
        });
        expect(socket.acked()).toEqual([]);
    });

    it("a store that fails is tried again with retry", async () => {
        const store = new RecordingStore();
        store.failures = 2;
        const world = new World({ receive: { cursors: store, onFault: "retry" } });
        const socket = await world.login();

        socket.push(1);
        await pass(3_000);

        expect(store.steps).toEqual(["saved 1"]);
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 1 }]);
    });
});

describe("closing", () => {
    it("aborts the handler's signal, waits for it, and acknowledges what it handled", async () => {
        const handler = new SlowHandler();
        const world = new World({ onPush: handler.onPush });
        const socket = await world.login();
        socket.push(1);
        socket.push(2);
        await settle();

        const closing = world.client.close();
        await settle();
        const aborted = handler.signals[0]!.aborted;
        await handler.finish();
        await closing;

        expect(aborted).toBe(true);
        expect(handler.begun).toEqual(["text 1"]);
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 1 }]);
        expect(socket.sent.at(-1)!.command).toBe(12);
    });

    it("does not wait for ever for a handler or a store that hangs", async () => {
        const store = new RecordingStore();
        store.gate = new Promise(() => {});
        const [slow, stuck] = [new World({ onPush: () => new Promise(() => {}) }), new World({ receive: { cursors: store } })];
        for (const world of [slow, stuck]) (await world.login()).push(1);
        await settle();

        const closing = Promise.all([slow.client.close(), stuck.client.close()]);
        await pass(10_000);
        await closing;

        expect([slow.socket.acked(), stuck.socket.acked()]).toEqual([[], []]);
        expect([slow.client.state.phase, stuck.client.state.phase]).toEqual(["stopped", "stopped"]);
    });
});

describe("the queue", () => {
    it("drops what nobody acknowledges, and counts it", async () => {
        const handler = new SlowHandler();
        const world = new World({ onPush: handler.onPush, receive: { maxQueuedMessages: 3 } });
        const socket = await world.login();

        for (let i = 1; i <= 5; i++) socket.say(106, { id: `m${i}`, payload: `text ${i}` });
        await settle();

        expect(world.client.received.dropped).toBe(2);
        expect(world.client.state.phase).toBe("verified");
    });

    it("that a kept message does not fit into ends the connection; nothing is lost", async () => {
        const handler = new SlowHandler();
        const world = new World({ onPush: handler.onPush, receive: { maxQueuedBytes: 1_000 } });
        const socket = await world.login();

        for (let seq = 1; seq <= 5; seq++) socket.push(seq);
        await settle();
        const ended = world.client.state;
        await handler.finish();
        for (let at = 0; at < 3; at++) await handler.finish();
        await pass(1_000);
        const second = await world.answerLogin();
        for (let seq = 1; seq <= 5; seq++) {
            second.push(seq);
            await settle();
            await handler.finish();
        }

        expect(ended).toMatchObject({ phase: "waiting", reason: "slow_consumer" });
        expect(handler.begun).toEqual(["text 1", "text 2", "text 3", "text 4", "text 5"]);
        expect(second.acked().at(-1)).toEqual({ epoch: 7, seq: 5 });
    });

    it("counts again from nothing when what waited is handled", async () => {
        const world = new World({ receive: { maxQueuedMessages: 2 } });
        const socket = await world.login();

        for (let i = 1; i <= 50; i++) {
            socket.say(106, { id: `m${i}`, payload: "x" });
            socket.push(i);
            await settle();
        }

        expect(world.client.received).toMatchObject({ handled: 100, dropped: 0 });
    });
});
