import { describe, expect, it, vi } from "vitest";
import { pass, settle, useFakeTime, World } from "./support/world.js";

useFakeTime();

const list = (...hosts: string[]) => ({
    endpoints: hosts.map((host) => ({ host, port: 8126, transport: "ws" })),
    ttl_seconds: 300,
    heartbeat_ms: 60_000,
});

/** Dispatchers as the client sees them: what they answer is in the test's hand. */
class Dispatchers {
    readonly asked: URL[] = [];
    readonly requests: RequestInit[] = [];
    answers: unknown[] = [];

    readonly fetch: typeof fetch = async (url, request) => {
        this.asked.push(new URL(String(url)));
        this.requests.push(request!);
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        if (answer instanceof Error) throw answer;
        if (answer instanceof Response) return answer.clone();
        if (answer === undefined) return new Promise((_, reject) => request!.signal!.addEventListener("abort", reject));
        return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
    };
}

/** What has the shape of localStorage. */
class FakeStorage {
    readonly entries = new Map<string, string>();
    isFull = false;

    getItem(name: string): string | null {
        return this.entries.get(name) ?? null;
    }

    setItem(name: string, value: string): void {
        if (this.isFull) throw new DOMException("Full.", "QuotaExceededError");
        this.entries.set(name, value);
    }
}

function worldOf(dispatchers: Dispatchers, options: ConstructorParameters<typeof World>[0] = {}): World {
    return new World({ endpoints: [], dispatchers: ["https://dispatch.example/"], fetch: dispatchers.fetch, ...options });
}

const urlsOf = (world: World) => world.sockets.map(({ url }) => url.replace("ws://", "").replace(":8126/ws", ""));

describe("the dispatcher", () => {
    it("is asked where to connect, without what the page knows", async () => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one", "two")];
        const world = worldOf(dispatchers, { app: "shop", network: "wifi" });

        await world.login();

        expect(dispatchers.asked[0]!.href).toBe("https://dispatch.example/v1/endpoints?app=shop&user=ann&transport=ws&network=wifi");
        expect(dispatchers.requests[0]).toMatchObject({ credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" });
        expect(dispatchers.requests[0]!.headers).toBeUndefined();
        expect(urlsOf(world)).toEqual(["one"]);
    });

    it("is told which addresses failed; the last good one and a fresh list come before it", async () => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one", "two"), list("three")];
        const world = worldOf(dispatchers);
        await world.login();
        world.socket.drop();
        await pass(1_000);

        world.socket.drop();
        await settle();
        world.socket.drop();
        await settle();

        expect(urlsOf(world)).toEqual(["one", "one", "two", "three"]);
        expect(dispatchers.asked).toHaveLength(2);
        expect(dispatchers.asked[1]!.searchParams.get("failed")).toBe("two:8126,one:8126");
    });

    it("is asked again when the list is no longer fresh", async () => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one", "two"), list("three")];
        const world = worldOf(dispatchers, { heartbeat: { answerTimeoutMs: 3_600_000 } });
        await world.login();

        await pass(300_000);
        world.socket.drop();
        await pass(1_000);
        world.socket.drop();
        await settle();

        expect(urlsOf(world)).toEqual(["one", "one", "three"]);
    });

    it("advises a heartbeat interval, which is proposed when asked for", async () => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one")];
        const world = worldOf(dispatchers, { heartbeat: { followDispatcher: true } });

        await world.login();

        expect(world.socket.bodies(1)[0]).toMatchObject({ heartbeat_ms: 60_000 });
    });

    const useless: [string, unknown][] = [
        ["is not there", new TypeError("Failed to fetch")],
        ["never answers", undefined],
        ["answers with an error", new Response("{}", { status: 503 })],
        ["answers no JSON", "<html>"],
        ["answers null", "null"],
        ["answers no list", { endpoints: { one: 1 } }],
        [
            "answers rubbish",
            { endpoints: [null, 1, "a:1", { host: "a b", port: 1, transport: "ws" }, { host: "a", port: 0, transport: "ws" }] },
        ],
        ["answers other transports", { endpoints: [{ host: "a", port: 1, transport: "tcp" }] }],
        ["answers hosts that are paths", { endpoints: [{ host: "evil.example/x?", port: 1, transport: "ws" }] }],
        ["answers without end", `{"endpoints":[${" ".repeat(300_000)}]}`],
    ];

    it.each(useless)("that %s: another one is asked, then the endpoints that the page knows", async (_, answer) => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [answer];
        const world = worldOf(dispatchers, { dispatchers: ["http://a", "http://b/x"], endpoints: ["known:8126"] });

        world.client.start();
        await pass(answer === undefined ? 20_000 : 0);

        expect(dispatchers.asked.map(({ host, pathname }) => host + pathname).slice(0, 2)).toEqual(["a/v1/endpoints", "b/x/v1/endpoints"]);
        expect(urlsOf(world)).toEqual(["known"]);
    });
});

describe("the address cache", () => {
    it("serves a page that is loaded while no dispatcher answers, by network", async () => {
        const storage = new FakeStorage();
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one", "two")];
        await worldOf(dispatchers, { addressCache: storage, network: "wifi" }).login();
        dispatchers.answers = [new TypeError("Failed to fetch")];

        const [wifi, mobile] = ["wifi", "mobile"].map((network) => worldOf(dispatchers, { addressCache: storage, network }));
        wifi!.client.start();
        mobile!.client.start();
        await settle();

        expect(urlsOf(wifi!)).toEqual(["one"]);
        expect(mobile!.client.state).toMatchObject({ phase: "waiting", message: "No gateway is known." });
    });

    it("on another network the dispatcher is asked first", async () => {
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one"), list("two")];
        let network = "wifi";
        const world = worldOf(dispatchers, { network: () => network });
        await world.login();

        network = "mobile";
        world.socket.drop();
        await pass(1_000);

        expect(urlsOf(world)).toEqual(["one", "two"]);
        expect(dispatchers.asked[1]!.searchParams.get("network")).toBe("mobile");
        expect(dispatchers.asked[1]!.searchParams.get("failed")).toBeNull();
    });

    it.each([
        ["damaged", "{"],
        ["of another shape", '{"at":0,"addresses":{"0":"evil:1"}}'],
        ["of another transport", `{"at":${Date.UTC(2026, 0)},"addresses":["wss://evil:1/ws"]}`],
        ["too old", `{"at":${Date.UTC(2025, 11, 20)},"addresses":["evil:1"]}`],
        ["too long", `{"at":${Date.UTC(2026, 0)},"addresses":["evil:1"${',"evil:1"'.repeat(5_000)}]}`],
    ])("an entry that is %s counts as none", async (_, entry) => {
        vi.setSystemTime(Date.UTC(2026, 0, 2));
        const dispatchers = new Dispatchers();
        dispatchers.answers = [new TypeError("Failed to fetch")];
        const storage = new FakeStorage();
        storage.getItem = () => entry;
        const world = worldOf(dispatchers, { addressCache: storage, endpoints: ["known:8126"] });

        world.client.start();
        await settle();

        expect(urlsOf(world)).toEqual(["known"]);
    });

    it("that is full, or throws, is no reason not to connect", async () => {
        const storage = new FakeStorage();
        storage.isFull = true;
        storage.getItem = () => {
            throw new DOMException("Denied.", "SecurityError");
        };
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one")];
        const world = worldOf(dispatchers, { addressCache: storage });

        await world.login();

        expect(world.client.state.phase).toBe("verified");
    });

    it("is localStorage where there is one, and holds nothing about the user", async () => {
        const storage = new FakeStorage();
        vi.stubGlobal("localStorage", storage);
        const dispatchers = new Dispatchers();
        dispatchers.answers = [list("one")];
        const world = worldOf(dispatchers, { addressCache: undefined as never, user: "ann-the-user", token: "secret-token" });

        await world.login({ resume: "secret-ticket" });

        expect([...storage.entries]).toHaveLength(1);
        expect(JSON.stringify([...storage.entries])).not.toMatch(/ann-the-user|secret/);
    });
});
