import { describe, expect, it } from "vitest";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

// What a broken or hostile server may say on a verified connection: each ends the connection, and none the client.
const breaking: [string, unknown][] = [
    ["no JSON", "hello"],
    ["half a JSON", '{"command":106,"body":{'],
    ["a list", "[]"],
    ["a number", "7"],
    ["bytes", new ArrayBuffer(12)],
    ["a command that is text", '{"command":"push"}'],
    ["a negative command", '{"command":-1}'],
    ["a body that is a list", '{"command":106,"body":[]}'],
    ["a body that is text", '{"command":106,"body":"x"}'],
    ["a payload that is an object", '{"command":106,"body":{"payload":{}}}'],
    ["base64 that is none", '{"command":106,"body":{"payload_base64":"***"}}'],
    ["a sequence that no number holds", '{"command":106,"body":{"channel":"inbox","epoch":7,"seq":9007199254740993}}'],
    ["a sequence that is negative", '{"command":106,"body":{"channel":"inbox","epoch":7,"seq":-1}}'],
    ["a sequence that is a fraction", '{"command":106,"body":{"channel":"inbox","epoch":7,"seq":1.5}}'],
    ["an expiry that is an object", '{"command":106,"body":{"expires":{}}}'],
    ["a flag that is text", '{"command":106,"body":{"notify":"no"}}'],
    ["chat that is an object", '{"command":102,"body":{"chat_content":{}}}'],
    ["a directive with addresses that are numbers", '{"command":107,"body":{"code":3000,"addresses":[1]}}'],
    ["an error with a code that is text", '{"command":108,"body":{"code":"x"}}'],
    ["a page of numbers", '{"command":113,"body":{"messages":[1]}}'],
    ["a page that is deep", `{"command":113,"body":{"messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`],
    ["a message over the limit", JSON.stringify({ command: 106, body: { payload: "x".repeat(1024 * 1024) } })],
];

// And what it may say without any effect.
const harmless: [string, string][] = [
    ["a command of the future", '{"command":4000000000,"body":{"x":[1,2]}}'],
    ["fields of the future", '{"command":105,"body":{"server_time_ms":1,"x":{"y":1}},"z":1}'],
    ["no body", '{"command":105}'],
    ["nulls", '{"command":113,"body":{"channel":null,"messages":null,"epoch":null,"more":null,"id":null}}'],
    ["fields that objects have by nature", '{"command":105,"body":{"__proto__":{"heartbeat_ms":1},"constructor":1,"toString":2}}'],
    ["a second login", '{"command":101,"body":{"code":1,"session":"other","resume":"other"}}'],
    ["a refusal after the login", '{"command":101,"body":{"code":0,"reason":"wrong_token"}}'],
    ["a page that nobody asked for", '{"command":113,"body":{"channel":"inbox","id":"fetch-1"}}'],
    ["an error of a fetch that nobody made", '{"command":108,"body":{"command":13,"code":4518}}'],
];

describe("a hostile server", () => {
    it.each(breaking)("that says %s loses its connection, and the client tries again", async (_, message) => {
        const world = new World();
        const socket = await world.login();

        socket.sayRaw(message);
        socket.push(1); // nothing that follows is looked at
        await settle();

        expect(world.client.state).toMatchObject({ phase: "waiting", message: expect.stringMatching(/^The server broke the protocol: /) });
        expect(socket.closedWith).toBeGreaterThanOrEqual(3000);
        expect(world.pushes).toEqual([]);
        await pass(1_000);
        await world.answerLogin();
        expect(world.client.state.phase).toBe("verified");
    });

    it.each(harmless)("that says %s is passed over", async (_, message) => {
        const world = new World();
        const socket = await world.login({ heartbeat_ms: 10_000 });

        socket.sayRaw(message);
        await settle();

        expect(world.client.state).toMatchObject({ phase: "verified", session: "s1" });
        expect(world.client.heartbeatIntervalMs).toBe(10_000);
        expect(({} as Record<string, unknown>).heartbeat_ms).toBeUndefined();
    });

    it("cannot fill the memory with channels", async () => {
        const world = new World();
        const socket = await world.login();

        for (let channel = 0; channel < 1_000; channel++) socket.push(1, { channel: `c${channel}` });
        await settle();
        const before = world.client.state.phase;
        socket.push(1, { channel: "one more" });
        await settle();

        expect(before).toBe("verified");
        expect(world.client.state).toMatchObject({ phase: "waiting", reason: "limit_reached" });
    });

    it("cannot make the client hammer it: logins that do not hold are tried less and less often", async () => {
        const world = new World();
        world.client.start();
        await settle();

        for (let second = 0; second < 300; second++) {
            if (world.socket.readyState === 0) {
                await world.answerLogin();
                world.socket.say(107, { code: 3000 });
            }

            await pass(1_000);
        }

        expect(world.sockets.length).toBeLessThan(16);
    });

    it("finds no ticket that is longer than a ticket", async () => {
        const world = new World();
        await world.login({ resume: "x".repeat(513) });

        world.socket.drop();
        await pass(1_000);
        await world.answerLogin();

        expect(world.socket.bodies(1)[0]!.resume).toBeUndefined();
    });

    it("tells the page neither token nor ticket", async () => {
        const told: unknown[] = [];
        const world = new World({ token: "secret-token" });
        world.client.on("state", (state) => told.push(state));
        await world.login({ resume: "secret-ticket" });

        world.socket.say(108, { command: 1, code: 4502 });
        world.socket.drop();
        await settle();

        expect(JSON.stringify([told, world.client, { ...world.client }])).not.toContain("secret");
    });
});
