import { describe, expect, it } from "vitest";
import { codes } from "../src/index.js";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

/** A token provider that gives token-1, token-2, …; it fails when told to. */
class Provider {
    count = 0;
    failures = 0;

    readonly get = async () => {
        if (this.failures-- > 0) throw new Error("no session");
        return `token-${++this.count}`;
    };
}

async function worldOf(provider: Provider, expiresMs: number): Promise<World> {
    const world = new World({ tokenProvider: provider.get, device: "tab", heartbeat: { answerTimeoutMs: 3_600_000 } });
    await world.login({ token_expires_ms: expiresMs });
    return world;
}

describe("a token that has an end", () => {
    it("is renewed on the live connection, a minute or so before, again and again", async () => {
        const provider = new Provider();
        const world = await worldOf(provider, 600_000);

        await pass(509_000);
        const early = provider.count;
        await pass(1_000);
        world.socket.say(101, { code: 1, token_expires_ms: 300_000, resume: "ticket-2", id: "renew" });
        await pass(211_000);

        expect(early).toBe(1);
        expect(world.sockets).toHaveLength(1);
        expect(world.socket.sent.filter(({ command }) => command === 1).slice(1)).toEqual([
            { command: 1, id: "renew", body: { user: "ann", token: "token-2", app: "default", device: "tab", sdk: expect.any(String) } },
            { command: 1, id: "renew", body: { user: "ann", token: "token-3", app: "default", device: "tab", sdk: expect.any(String) } },
        ]);
        expect(world.states.filter(({ phase }) => phase === "verified")).toHaveLength(1);
    });

    it("is tried again sooner and sooner when the provider fails or the server refuses; the session goes on meanwhile", async () => {
        const provider = new Provider();
        const world = await worldOf(provider, 100_000);
        provider.failures = 1;

        await pass(62_500);
        await pass(23_500);
        world.socket.say(101, { code: 0, reason: "wrong_token", id: "renew" });
        await pass(9_000);
        world.socket.say(108, { command: 1, id: "renew", code: 4511, reason: "rate_limited" });
        await pass(3_600);
        world.socket.say(101, { code: 1, token_expires_ms: 600_000, id: "renew" });
        await settle();

        expect(provider.count).toBe(4);
        expect(world.client.state.phase).toBe("verified");
        expect(world.sockets).toHaveLength(1);
    });

    it("takes its new ticket along to the next connection, with another token", async () => {
        const provider = new Provider();
        const world = await worldOf(provider, 100_000);
        await pass(62_500);
        world.socket.say(101, { code: 1, token_expires_ms: 600_000, resume: "ticket-2", id: "renew" });
        await settle();

        world.socket.drop();
        await pass(1_000);
        await world.answerLogin();

        expect(world.socket.bodies(1)[0]).toMatchObject({ token: "token-3", resume: "ticket-2" });
    });

    it("without an answer to the renewal the connection is lost", async () => {
        const world = await worldOf(new Provider(), 100_000);

        await pass(62_500);
        await pass(10_000);

        expect(world.states.find(({ phase }) => phase === "waiting")).toMatchObject({
            reason: "connection_lost",
            message: expect.stringContaining("verify"),
        });
    });

    it("is not renewed without a provider, nor after the connection", async () => {
        const fixed = new World();
        await fixed.login({ token_expires_ms: 5_000 });
        const provider = new Provider();
        const world = await worldOf(provider, 20_000);

        await pass(10_000);
        world.socket.say(107, { action: "logout", code: 4001 });
        await pass(600_000);

        expect(fixed.sockets[0]!.bodies(1)).toHaveLength(1);
        expect(provider.count).toBe(1);
    });
});

describe("token_expired", () => {
    it("as the end: with a provider the client comes back with a new token, without one it stops", async () => {
        const fixed = new World();
        await fixed.login();
        const provider = new Provider();
        const world = await worldOf(provider, 3_600_000);

        fixed.socket.say(107, { action: "logout", code: codes.token_expired });
        world.socket.drop(codes.token_expired);
        await pass(1_000);
        await world.answerLogin();

        expect(fixed.client.state).toMatchObject({ phase: "stopped", reason: "token_expired" });
        expect(world.socket.bodies(1)[0]).toMatchObject({ token: "token-2" });
        expect(world.client.state.phase).toBe("verified");
    });

    it("for a login: the provider is asked once more at once, then with pauses", async () => {
        const provider = new Provider();
        const world = new World({ tokenProvider: provider.get });
        world.client.start();
        await settle();
        world.socket.open();
        await settle();

        world.socket.say(101, { code: 0, reason: "token_expired" });
        await settle();
        world.socket.say(101, { code: 0, reason: "token_expired" });
        await settle();

        expect(world.socket.bodies(1).map(({ token }) => token)).toEqual(["token-1", "token-2"]);
        expect(world.client.state).toMatchObject({ phase: "waiting", reason: "token_expired" });
    });

    it("for a login without a provider stops the client", async () => {
        const world = new World();
        world.client.start();
        await settle();
        world.socket.open();
        await settle();

        world.socket.say(101, { code: 0, reason: "token_expired" });
        await settle();

        expect(world.client.state).toMatchObject({ phase: "stopped", reason: "token_expired" });
    });
});
