import { describe, expect, it, vi } from "vitest";
import { codes, PushClient, PushError } from "../src/index.js";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

describe("PushClient", () => {
    it("connects to the endpoint and verifies with what it was given", async () => {
        const world = new World({ app: "shop", device: "tab-1", network: "wifi" });
        const connected = world.client.connect();

        await world.login();

        await connected;
        expect(world.socket.url).toBe("ws://gateway:8126/ws");
        expect(world.socket.bodies(1)[0]).toEqual({
            user: "ann",
            token: "t0k3n",
            app: "shop",
            device: "tab-1",
            network: "wifi",
            heartbeat_ms: 10_000,
            sdk: expect.stringMatching(/^microservices-js\//),
            features: ["heartbeat_ack", "ack"],
        });
        expect(world.states.map(({ phase }) => phase)).toEqual(["connecting", "connecting", "verified"]);
        expect(world.client.state).toMatchObject({ phase: "verified", session: "s1", endpoint: "ws://gateway:8126/ws" });
    });

    it("names every bad option in one error", () => {
        const create = () =>
            new PushClient({
                user: "",
                app: "Shop",
                endpoints: ["nowhere", "http://gateway"],
                dispatchers: ["gateway"],
                device: "d".repeat(129),
                connectTimeoutMs: 0,
                maxBufferedBytes: 0.5,
                heartbeat: { intervalMs: Number.NaN },
                reconnect: { factor: 0.5, jitter: 2, maxAttempts: -1, maxDelayMs: 1e12 },
                receive: { maxQueuedMessages: 0, onFault: "ignore" as never, acknowledge: "never" as never },
            });

        const said = (() => {
            try {
                create();
            } catch (fault) {
                return (fault as TypeError).message;
            }
            return "nothing";
        })();

        const named = ["user", "app is 'Shop'", "'nowhere'", "'http://gateway'", "'gateway'", "device has 129 bytes", "token is missing"];
        named.push(
            "connectTimeoutMs is 0",
            "maxBufferedBytes is 0.5",
            "heartbeat.intervalMs is NaN",
            "reconnect.factor",
            "reconnect.jitter",
        );
        named.push("reconnect.maxAttempts", "reconnect.maxDelayMs", "receive.maxQueuedMessages", "receive.onFault", "receive.acknowledge");
        expect(named.filter((name) => !said.includes(name))).toEqual([]);
    });

    it("hands over pushes and chat in the order in which they arrived", async () => {
        const order: string[] = [];
        const world = new World({
            onPush: (push) => void order.push(push.text),
            onChat: async (chat) => void order.push(`${chat.audience} ${chat.from}: ${chat.text}`),
        });
        await world.login();

        world.socket.say(102, { chat_from: "bob", chat_content: "hi" });
        world.socket.say(106, {
            id: "a",
            app: "default",
            payload: '{"order":7}',
            content_type: "application/json",
            type: "order",
            expires: 1_767_830_400_000,
        });
        world.socket.say(103, { chat_from: "cid", chat_content: "you two" });
        world.socket.say(104, { chat_from: "dan", chat_content: "all" });
        await settle();

        expect(order).toEqual(["one bob: hi", '{"order":7}', "several cid: you two", "all dan: all"]);
        expect(world.pushes[0]).toMatchObject({ id: "a", app: "default", type: "order", contentType: "application/json", size: 11 });
        expect(world.pushes[0]!.expiresAt?.getTime()).toBe(1_767_830_400_000);
        expect(world.pushes[0]!.json()).toEqual({ order: 7 });
        expect(world.client.received).toEqual({ handled: 4, repeats: 0, dropped: 0, faults: 0 });
    });

    it("reads payloads that are no text", async () => {
        const world = new World();
        await world.login();

        world.socket.say(106, { id: "a", payload_base64: "JVBERg==", content_type: "application/pdf" });
        await settle();

        expect([...world.pushes[0]!.bytes]).toEqual([0x25, 0x50, 0x44, 0x46]);
        expect(world.pushes[0]!.text).toBe("%PDF");
        expect(world.pushes[0]!.size).toBe(4);
    });

    it("sends chat, and tells of the error that follows", async () => {
        const world = new World();
        const errors: string[] = [];
        world.client.on("error", ({ reason, retryAfterMs }) => errors.push(`${reason} ${retryAfterMs}`));
        const socket = await world.login();

        const one = world.client.sendChat("bob", "hi");
        const several = world.client.sendGroupChat(["bob", "cid"], "hi");
        const all = world.client.broadcastChat("hi");
        const error = one.waitForError(2_000);
        const noError = all.waitForError(2_000);
        socket.say(108, { command: 2, id: one.id, code: 4507, reason: "not_delivered", message: "bob is offline." });
        await pass(2_000);

        expect(socket.sent.slice(1)).toEqual([
            { command: 2, id: one.id, body: { chat_to: "bob", chat_content: "hi" } },
            { command: 3, id: several.id, body: { chat_to: ["bob", "cid"], chat_content: "hi" } },
            { command: 4, id: all.id, body: { chat_content: "hi" } },
        ]);
        expect(await error).toMatchObject({ code: codes.not_delivered, message: "bob is offline." });
        expect(await noError).toBeUndefined();
        expect(errors).toEqual(["not_delivered 0"]);
    });

    it("refuses to send without a connection, over the server's limit, and while too much waits", async () => {
        const world = new World({ maxBufferedBytes: 1_000 });
        const refusal = (send: () => unknown) => {
            try {
                send();
            } catch (fault) {
                return (fault as PushError).reason;
            }
            return "taken";
        };

        const early = refusal(() => world.client.sendChat("bob", "hi"));
        const socket = await world.login({ limits: { max_frame_bytes: 200 } });
        const long = refusal(() => world.client.sendChat("bob", "ü".repeat(100)));
        const short = refusal(() => world.client.sendChat("bob", "ü"));
        socket.bufferedAmount = 990;
        const full = refusal(() => world.client.sendChat("bob", "hi"));

        expect({ early, long, short, full }).toEqual({
            early: "not_verified",
            long: "frame_too_large",
            short: "taken",
            full: "rate_limited",
        });
        expect(() => world.client.sendChat("", "hi")).toThrow(TypeError);
        expect(() => world.client.sendGroupChat([], "hi")).toThrow(TypeError);
    });

    it("says goodbye when it closes, and stays closed", async () => {
        const world = new World();
        const socket = await world.login();

        await world.client.close();

        expect(socket.bodies(12)).toHaveLength(1);
        expect(socket.closedWith).toBe(1000);
        expect(await world.client.closed).toMatchObject({ phase: "stopped", code: codes.goodbye, reason: "goodbye" });
        await expect(world.client.connect()).rejects.toMatchObject({ reason: "goodbye" });
        await pass(600_000);
        expect(world.sockets).toHaveLength(1);
    });

    it("closes before it was started, while it connects, and when its signal aborts", async () => {
        const abort = new AbortController();
        const [unstarted, connecting, aborted] = [new World(), new World(), new World({ signal: abort.signal })];
        connecting.client.start();
        await aborted.login();

        await unstarted.client.close();
        await connecting.client.close();
        abort.abort();

        expect((await unstarted.client.closed).reason).toBe("goodbye");
        expect((await connecting.client.closed).reason).toBe("goodbye");
        expect((await aborted.client.closed).reason).toBe("goodbye");
        expect(aborted.socket.bodies(12)).toHaveLength(1);
        expect(() => unstarted.client.start()).toThrow(PushError);
    });

    it("gives up waiting for the first login when the signal says so, and goes on trying", async () => {
        const world = new World();
        const abort = new AbortController();
        const connected = world.client.connect({ signal: abort.signal });

        abort.abort(new Error("the user left"));

        await expect(connected).rejects.toThrow("the user left");
        await world.login();
        expect(world.client.state.phase).toBe("verified");
    });

    it("goes on when a listener of an event throws, which the page is told", async () => {
        const told: unknown[] = [];
        vi.stubGlobal(
            "queueMicrotask",
            (work: () => void) =>
                void Promise.resolve()
                    .then(work)
                    .catch((fault: unknown) => told.push(fault)),
        );
        const world = new World();
        world.client.on("error", () => {
            throw new Error("in a listener");
        });
        const socket = await world.login();

        socket.say(108, { command: 9, code: 4500, message: "no" });
        socket.push(1);
        await settle();

        expect(world.texts).toEqual(["text 1"]);
        expect(told).toEqual([new Error("in a listener")]);
    });

    it("calls a listener until it is ended", async () => {
        const world = new World();
        const [first, second]: number[][] = [[], []];
        const abort = new AbortController();
        const off = world.client.on("push", ({ position }) => first!.push(position!.seq));
        world.client.on("push", ({ position }) => second!.push(position!.seq), { signal: abort.signal });
        const socket = await world.login();

        socket.push(1);
        await settle();
        off();
        abort.abort();
        socket.push(2);
        await settle();

        expect([first, second]).toEqual([[1], [1]]);
    });
});
