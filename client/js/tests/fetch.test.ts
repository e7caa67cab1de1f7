import { describe, expect, it } from "vitest";
import { beginning, codes } from "../src/index.js";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

const message = {
    id: "m43",
    app: "default",
    channel: "inbox",
    epoch: 7,
    seq: 43,
    payload_base64: "JVBERg==",
    content_type: "application/pdf",
};

describe("fetch", () => {
    it("brings the payload of a notification, within its handler", async () => {
        const read: string[] = [];
        const world = new World({
            onPush: async (push) => {
                const whole = push.isNotify ? await world.client.fetch(push) : push;
                read.push(`${push.size} ${whole?.text}`);
            },
        });
        const socket = await world.login();

        socket.push(43, { notify: true, size: 4, payload: undefined });
        await settle();
        const [asked] = socket.sent.filter(({ command }) => command === 13);
        socket.say(113, { channel: "inbox", messages: [message], epoch: 7, seq: 43, more: true, id: asked!.id });
        await settle();

        expect(asked!.body).toEqual({ channel: "inbox", epoch: 7, seq: 42, limit: 1 });
        expect(read).toEqual(["4 %PDF"]);
        expect(socket.acked()).toEqual([{ epoch: 7, seq: 43 }]);
    });

    it("says undefined of a message that has expired", async () => {
        const world = new World();
        const socket = await world.login();
        socket.push(43, { notify: true, size: 4 });
        await settle();

        const fetched = world.client.fetch(world.pushes[0]!);
        await settle();
        socket.say(113, { channel: "inbox", messages: [{ ...message, seq: 44 }], epoch: 7, seq: 44, id: "fetch-1" });

        expect(await fetched).toBeUndefined();
    });

    it("reads pages, one at a time", async () => {
        const world = new World();
        const socket = await world.login();

        const first = world.client.fetchPage("inbox", beginning, { limit: 2 });
        const second = world.client.fetchPage("all", { epoch: 7, seq: 1 });
        await settle();
        const atOnce = socket.bodies(13).length;
        socket.say(113, { channel: "inbox", messages: [message], epoch: 7, seq: 50, more: true, id: "fetch-1" });
        await settle();
        socket.say(113, { channel: "inbox", id: "fetch-1" }); // an answer that comes too late
        socket.say(113, { channel: "all", messages: [], epoch: 7, seq: 9, id: "fetch-2" });

        expect(atOnce).toBe(1);
        expect(await first).toMatchObject({ channel: "inbox", covered: { epoch: 7, seq: 50 }, hasMore: true, messages: [{ id: "m43" }] });
        expect(await second).toMatchObject({ channel: "all", covered: { epoch: 7, seq: 9 }, hasMore: false, messages: [] });
        expect(socket.bodies(13)).toEqual([
            { channel: "inbox", epoch: 0, seq: 0, limit: 2 },
            { channel: "all", epoch: 7, seq: 1, limit: 20 },
        ]);
    });

    it("asks again on the next connection, without an answer, and when told to come later", async () => {
        const world = new World();
        const first = await world.login();

        const page = world.client.fetchPage("inbox", beginning);
        await settle();
        first.drop();
        await pass(1_000);
        const second = await world.answerLogin();
        await pass(9_000);
        second.say(105, {});
        await pass(1_000);
        second.say(108, { command: 13, id: "fetch-3", code: codes.try_later, retry_after_ms: 3_000 });
        await pass(3_000);
        second.say(113, { channel: "inbox", id: "fetch-4", epoch: 7, seq: 1 });

        expect((await page).covered).toEqual({ epoch: 7, seq: 1 });
        expect(second.sent.flatMap(({ command, id }) => (command === 13 ? [id] : []))).toEqual(["fetch-2", "fetch-3", "fetch-4"]);
    });

    it("throws what the server refuses, and what the caller gives up", async () => {
        const world = new World();
        const socket = await world.login();
        const abort = new AbortController();
        const refused = world.client.fetchPage("other", beginning);
        const waiting = world.client.fetchPage("inbox", beginning, { signal: abort.signal });
        const given = [refused, waiting].map((promise) => promise.catch((fault: unknown) => fault));
        await settle();

        abort.abort(new Error("the user left"));
        socket.say(108, { command: 13, id: "fetch-1", code: codes.unknown_channel, message: "No such channel." });
        const [first, second] = await Promise.all(given);
        const third = world.client.fetchPage("inbox", beginning);
        await settle();
        socket.say(113, { channel: "inbox", id: "fetch-2" });

        expect(first).toMatchObject({ reason: "unknown_channel", message: "No such channel." });
        expect(second).toEqual(new Error("the user left"));
        expect((await third).messages).toEqual([]);
        await expect(world.client.fetchPage("inbox", beginning, { limit: 101 })).rejects.toThrow(TypeError);
    });

    it("ends with the client, and refuses more than may wait", async () => {
        const world = new World();
        const fetched = Array.from({ length: 101 }, () =>
            world.client.fetchPage("inbox", beginning).catch((fault: { reason: string }) => fault.reason),
        );
        await settle();

        await world.client.close();

        const reasons = await Promise.all(fetched);
        expect(reasons.filter((reason) => reason === "goodbye")).toHaveLength(100);
        expect(reasons[100]).toBe("limit_reached");
        await expect(world.client.fetchPage("inbox", beginning)).rejects.toMatchObject({ reason: "goodbye" });
    });
});
