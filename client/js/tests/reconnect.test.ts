import { describe, expect, it, vi } from "vitest";
import { codes, type ClientState } from "../src/index.js";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

/** The pauses that the client announced, ms. */
function pausesOf(world: World): number[] {
    return world.states.flatMap(({ phase, retryInMs }) => (phase === "waiting" ? [Math.round(retryInMs!)] : []));
}

/** Lets every try fail at once, for a time. */
async function failFor(world: World, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
        world.sockets.forEach((socket) => socket.drop());
        await pass(100);
    }
}

describe("a lost connection", () => {
    it("is tried again after 1 s, doubling up to 30 s, without end", async () => {
        const world = new World();
        world.client.start();

        await failFor(world, 200_000);

        expect(pausesOf(world).slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        expect(world.client.state.phase).not.toBe("stopped");
    });

    it.each([
        [0, 500],
        [0.5, 1_000],
        [0.999999, 1_500],
    ])("waits up to half of the pause more or less: chance %s gives %s ms", async (chance, expected) => {
        vi.spyOn(Math, "random").mockReturnValue(chance);
        const world = new World();
        world.client.start();
        await settle();

        world.socket.drop();
        await settle();

        expect(pausesOf(world)).toEqual([expected]);
    });

    it("takes its pauses from the options, and stops after so many tries", async () => {
        const world = new World({ reconnect: { initialDelayMs: 100, factor: 3, maxDelayMs: 500, jitter: 0, maxAttempts: 4 } });
        world.client.start();

        await failFor(world, 5_000);

        expect(pausesOf(world)).toEqual([100, 300, 500, 500]);
        expect(world.client.state).toMatchObject({
            phase: "stopped",
            reason: "connection_lost",
            message: expect.stringMatching(/^4 tries in a row failed/),
        });
    });

    it("begins at 1 s again after a login that held, and goes on where it was after one that did not", async () => {
        const world = new World();
        world.client.start();
        await failFor(world, 3_000);

        await pass(4_000);
        await world.answerLogin();
        await pass(9_000);
        world.socket.drop();
        await settle();
        await pass(8_000);
        await world.answerLogin();
        await pass(10_000);
        world.socket.say(105, {});
        world.socket.drop();
        await settle();

        expect(pausesOf(world)).toEqual([1_000, 2_000, 4_000, 1_000]);
    });

    it("is resumed with the latest ticket", async () => {
        const world = new World();
        await world.login({ resume: "ticket-1" });

        world.socket.drop();
        await pass(1_000);
        await world.answerLogin({ resume: "ticket-2", resumed: true });
        world.socket.drop();
        await pass(2_000);
        await world.answerLogin();

        const tickets = world.sockets.map((socket) => socket.bodies(1)[0]!.resume);
        expect(tickets).toEqual([undefined, "ticket-1", "ticket-2"]);
        expect(world.states.filter(({ phase }) => phase === "verified").map(({ resumed }) => resumed)).toEqual([false, true, false]);
    });

    it("gives up an address that does not open, or does not answer to verify, in time", async () => {
        const world = new World({ endpoints: ["one:1", "two:2", "three:3"] });
        world.client.start();
        await pass(10_000);
        world.socket.open();
        await pass(10_000);
        await world.answerLogin();

        expect(world.sockets.map(({ url }) => url)).toEqual(["ws://one:1/ws", "ws://two:2/ws", "ws://three:3/ws"]);
        expect(world.client.state.phase).toBe("verified");
    });

    it("counts an address that the browser refuses as one that failed", async () => {
        const world = new World({
            webSocket: () => {
                throw new DOMException("An insecure WebSocket from a secure page.", "SecurityError");
            },
        });

        world.client.start();
        await settle();

        expect(world.client.state).toMatchObject({
            phase: "waiting",
            reason: "connection_lost",
            message: expect.stringContaining("insecure"),
        });
    });
});

describe("what the server says", () => {
    const ends: [string, (world: World) => void, Partial<ClientState>][] = [
        [
            "107 reconnect",
            ({ socket }) => socket.say(107, { action: "reconnect", code: 3000 }),
            { phase: "waiting", reason: "going_away", retryInMs: 1_000 },
        ],
        ["107 within 8 s", ({ socket }) => socket.say(107, { code: 3000, after_ms: 8_000 }), { phase: "waiting", retryInMs: 4_000 }],
        [
            "107 by its name alone",
            ({ socket }) => socket.say(107, { action: "back_off", after_ms: 8_000 }),
            { phase: "waiting", retryInMs: 10_000 },
        ],
        ["107 of a younger code", ({ socket }) => socket.say(107, { action: "x", code: 4499 }), { phase: "stopped", reason: "code_4499" }],
        ["107 displaced", ({ socket }) => socket.say(107, { action: "logout", code: 4000 }), { phase: "stopped", reason: "displaced" }],
        ["107 logout", ({ socket }) => socket.say(107, { action: "logout" }), { phase: "stopped" }],
        ["107 slow down", ({ socket }) => socket.say(107, { action: "slow_down", code: 4511 }), { phase: "verified" }],
        ["108 overloaded", ({ socket }) => socket.say(108, { code: 3500, retry_after_ms: 6_400 }), { phase: "waiting", retryInMs: 8_000 }],
        ["108 overloaded, no time named", ({ socket }) => socket.say(108, { code: 3500 }), { phase: "waiting", retryInMs: 37_500 }],
        [
            "108 for a month",
            ({ socket }) => socket.say(108, { code: 3500, retry_after_ms: 2_600_000_000 }),
            { phase: "waiting", retryInMs: 750_000 },
        ],
        ["108 of a request", ({ socket }) => socket.say(108, { command: 2, code: 4507 }), { phase: "verified" }],
        ["status 3003", ({ socket }) => socket.drop(3003, "slow"), { phase: "waiting", reason: "slow_consumer", message: "slow" }],
        ["status 3501", ({ socket }) => socket.drop(3501), { phase: "waiting", reason: "too_many_connections", retryInMs: 37_500 }],
        ["status 4001", ({ socket }) => socket.drop(4001), { phase: "stopped", reason: "kicked" }],
        ["status 4600", ({ socket }) => socket.drop(4600), { phase: "waiting", reason: "connection_lost" }],
        ["status 1001", ({ socket }) => socket.drop(1001), { phase: "waiting", reason: "connection_lost" }],
        [
            "108 after 107",
            ({ socket }) => (socket.say(107, { code: 3000 }), socket.say(108, { code: 4001 })),
            { phase: "waiting", reason: "going_away" },
        ],
        ["status after 107", ({ socket }) => (socket.say(107, { code: 4001 }), socket.drop(3000)), { phase: "stopped", reason: "kicked" }],
    ];

    it.each(ends)("%s", async (_, say, expected) => {
        const world = new World();
        await world.login();

        say(world);
        await settle();

        expect(world.client.state).toMatchObject(expected);
    });

    const refusals: [string, Record<string, unknown>, Partial<ClientState>][] = [
        ["wrong_token", { code: 0, reason: "wrong_token" }, { phase: "stopped", reason: "wrong_token" }],
        ["nothing", { code: 0 }, { phase: "stopped", reason: "wrong_token" }],
        ["unknown_app", { code: 0, reason: "unknown_app" }, { phase: "stopped", reason: "unknown_app" }],
        ["try_later", { code: 0, reason: "try_later", retry_after_ms: 4_000 }, { phase: "waiting", reason: "try_later", retryInMs: 5_000 }],
        [
            "overloaded",
            { code: 0, reason: "overloaded", retry_after_ms: 4_000 },
            { phase: "waiting", reason: "overloaded", retryInMs: 5_000 },
        ],
        ["a name of Object", { code: 0, reason: "constructor" }, { phase: "stopped", reason: "wrong_token" }],
    ];

    it.each(refusals)("101 refused: %s", async (_, answer, expected) => {
        const world = new World();
        const connected = world.client.connect();
        connected.catch(() => {});
        await settle();
        world.socket.open();
        await settle();

        world.socket.say(101, answer);
        await settle();

        expect(world.client.state).toMatchObject(expected);
        if (expected.phase === "stopped") {
            await expect(connected).rejects.toMatchObject({ reason: expected.reason });
        }
    });

    it("goes first where a directive says", async () => {
        const world = new World({ endpoints: ["one:1", "two:2"] });
        await world.login();

        world.socket.say(107, { action: "reconnect", code: 3000, addresses: ["three:3", "rubbish", "[::1]:4"] });
        await pass(1_000);
        world.socket.drop();
        await settle();
        world.socket.drop();
        await settle();

        expect(world.sockets.map(({ url }) => url)).toEqual(["ws://one:1/ws", "ws://three:3/ws", "ws://[::1]:4/ws", "ws://one:1/ws"]);
    });

    it("a displacement by an earlier login of this client is no reason to stop, once", async () => {
        const world = new World();
        await world.login();
        world.socket.drop();
        await pass(1_000);
        world.socket.open();
        await settle();
        world.socket.drop(); // the verify is without an answer
        await pass(2_000);
        await world.answerLogin();

        world.socket.say(107, { action: "logout", code: codes.displaced });
        await settle();
        const first = world.client.state.phase;
        await pass(4_000);
        await world.answerLogin();
        world.socket.say(107, { action: "logout", code: codes.displaced });
        await settle();

        expect([first, world.client.state.phase]).toEqual(["waiting", "stopped"]);
    });

    it("a stop forgets the ticket and says why", async () => {
        const world = new World();
        await world.login();

        world.socket.say(107, { action: "logout", code: 4002, message: "The token was revoked." });
        await pass(600_000);

        expect(world.sockets).toHaveLength(1);
        expect(await world.client.closed).toMatchObject({ reason: "token_revoked", message: "The token was revoked." });
        await expect(world.client.connect()).rejects.toMatchObject({ reason: "token_revoked" });
    });
});

describe("tokens", () => {
    it("are asked for before every connection, and once more when one is refused", async () => {
        const given = ["old", "new", "newest"];
        const world = new World({ tokenProvider: async () => given.shift()! });
        world.client.start();
        await settle();
        world.socket.open();
        await settle();

        world.socket.say(101, { code: 0, reason: "wrong_token" });
        await settle();
        world.socket.say(101, { code: 1, resume: "ticket" });
        await settle();
        world.socket.drop();
        await pass(1_000);
        await world.answerLogin();

        expect(world.sockets.map((socket) => socket.bodies(1).map(({ token, resume }) => [token, resume]))).toEqual([
            [
                ["old", undefined],
                ["new", undefined],
            ],
            [["newest", undefined]],
        ]);
    });

    it("a second refusal stops", async () => {
        const world = new World({ tokenProvider: () => "bad" });
        world.client.start();
        await settle();
        world.socket.open();
        await settle();

        world.socket.say(101, { code: 0, reason: "wrong_token" });
        await settle();
        world.socket.say(101, { code: 0, reason: "wrong_token" });
        await settle();

        expect(world.client.state).toMatchObject({ phase: "stopped", reason: "wrong_token" });
    });

    it.each([
        ["fails", () => Promise.reject(new Error("no session"))],
        ["gives nothing", () => ""],
        ["never ends", () => new Promise<string>(() => {})],
    ])("a provider that %s is asked again after a pause", async (_, tokenProvider) => {
        const world = new World({ tokenProvider });
        world.client.start();
        await pass(10_000);

        expect(world.sockets).toEqual([]);
        expect(world.states.filter(({ phase }) => phase === "waiting")[0]).toMatchObject({
            message: expect.stringMatching(/^The token provider failed: /),
        });
    });
});

describe("signals of the page", () => {
    it("a network that comes back ends the pause early, but not before the first one's length", async () => {
        const page = new EventTarget();
        vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
        vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
        const world = new World();
        world.client.start();
        for (const pause of [1_000, 2_000]) {
            await settle();
            world.socket.drop();
            await pass(pause);
        }

        world.socket.drop(); // now it waits 4 s
        const before = world.sockets.length;
        await pass(200);
        page.dispatchEvent(new Event("online"));
        await pass(700);
        const tooEarly = world.sockets.length;
        await pass(100);

        expect(tooEarly).toBe(before);
        expect(world.sockets.length).toBe(before + 1);
    });

    it("a page that comes back does not come back before the server said", async () => {
        const page = new EventTarget() as EventTarget & { visibilityState: string };
        page.visibilityState = "visible";
        vi.stubGlobal("document", page);
        const world = new World();
        await world.login();

        world.socket.say(108, { code: 3500, retry_after_ms: 20_000 });
        await pass(5_000);
        page.dispatchEvent(new Event("visibilitychange"));
        await pass(19_000);
        const early = world.sockets.length;
        await pass(1_000);

        expect([early, world.sockets.length]).toEqual([1, 2]);
    });

    it("a page that comes back asks for a sign of life, and reconnects when there is none", async () => {
        const page = new EventTarget() as EventTarget & { visibilityState: string };
        page.visibilityState = "visible";
        vi.stubGlobal("document", page);
        const world = new World({ heartbeat: { intervalMs: 60_000 } });
        await world.login({ heartbeat_ms: 60_000 });

        await pass(1_000);
        page.dispatchEvent(new Event("visibilitychange"));
        await settle();
        world.socket.say(105, {});
        await pass(6_000);
        const answered = world.client.state.phase;
        page.dispatchEvent(new Event("visibilitychange"));
        await pass(5_000);

        expect(world.sockets[0]!.bodies(5)).toHaveLength(2);
        expect(answered).toBe("verified");
        expect(world.client.state).toMatchObject({ phase: "waiting", reason: "heartbeat_timeout" });
    });
});
