import { describe, expect, it } from "vitest";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

describe("heartbeats", () => {
    it("are sent at the interval that the server names, on a verified connection only", async () => {
        const world = new World();
        world.client.start();
        await settle();
        world.socket.open();
        await pass(9_000);
        const before = world.socket.bodies(5).length;
        world.socket.say(101, { code: 1, heartbeat_ms: 4_000, features: ["heartbeat_ack"] });
        await settle();
        for (let beat = 1; beat <= 3; beat++) {
            await pass(4_000);
            world.socket.say(105, { server_time_ms: 1 });
        }

        expect(before).toBe(0);
        expect(world.socket.bodies(5)).toEqual([{}, {}, {}]);
        expect(world.client.heartbeatIntervalMs).toBe(4_000);
    });

    it("without an answer end the connection", async () => {
        const world = new World();
        const socket = await world.login({ heartbeat_ms: 10_000 });

        await pass(39_000);
        const before = world.client.state.phase;
        await pass(1_000);

        expect(before).toBe("verified");
        expect(world.client.state).toMatchObject({ phase: "waiting", reason: "heartbeat_timeout" });
        expect(socket.closedWith).toBe(3001);
    });

    it("count anything that arrives as an answer", async () => {
        const world = new World();
        await world.login({ heartbeat_ms: 10_000 });

        for (let second = 0; second < 120; second++) {
            await pass(1_000);
            world.socket.say(999, {});
        }

        expect(world.sockets).toHaveLength(1);
        expect(world.client.state.phase).toBe("verified");
    });

    it("need no answer where the server gives none", async () => {
        const world = new World();
        await world.login({ heartbeat_ms: 10_000, features: [] });

        await pass(120_000);

        expect(world.client.state.phase).toBe("verified");
        expect(world.socket.bodies(5)).toHaveLength(12);
    });

    it("follow the interval of each answer, and end with the connection", async () => {
        const world = new World();
        await world.login({ heartbeat_ms: 10_000 });
        await pass(10_000);
        world.socket.say(105, { heartbeat_ms: 2_000 });
        await pass(2_000);
        world.socket.say(105, { heartbeat_ms: 2_000 });
        const first = world.socket;
        world.socket.drop();
        await settle();
        await pass(900);

        expect(first.bodies(5)).toHaveLength(2);
        expect(world.client.heartbeatIntervalMs).toBe(0);
    });

    it("propose another interval at once, and at each login from then on", async () => {
        const world = new World();
        await world.login({ heartbeat_ms: 10_000 });

        world.client.proposeHeartbeat(240_000);
        await settle();
        world.socket.say(105, { heartbeat_ms: 200_000 });
        await settle();
        const holds = world.client.heartbeatIntervalMs;
        world.socket.drop();
        await pass(1_000);
        await world.answerLogin();

        expect(world.sockets[0]!.bodies(5)).toEqual([{ heartbeat_ms: 240_000 }]);
        expect(holds).toBe(200_000);
        expect(world.socket.bodies(1)[0]).toMatchObject({ heartbeat_ms: 240_000 });
        expect(() => world.client.proposeHeartbeat(0)).toThrow(TypeError);
    });

    it("are neither too fast nor too slow, whatever a server says", async () => {
        const world = new World();
        await world.login({ heartbeat_ms: 1 });
        const fastest = world.client.heartbeatIntervalMs;
        world.socket.say(105, { heartbeat_ms: 4_294_967_295 });

        expect([fastest, world.client.heartbeatIntervalMs]).toEqual([100, 86_400_000]);
    });
});
