import { afterEach, beforeEach, expect, vi } from "vitest";
import { PushClient, type ChatMessage, type ClientState, type PushClientOptions, type PushMessage } from "../../src/index.js";
import { FakeSocket } from "./fake-socket.js";

/** Time stands still until a test moves it, and chance is a constant: a pause is what it is without jitter. */
export function useFakeTime(): void {
    beforeEach(() => {
        vi.useFakeTimers();
        vi.spyOn(Math, "random").mockReturnValue(0.5);
    });
    afterEach(async () => {
        for (const world of worlds.splice(0)) {
            void world.client.close();
        }

        await vi.advanceTimersByTimeAsync(60_000);
        expect(vi.getTimerCount(), "timers that outlive their client").toBe(0);
        vi.useRealTimers();
    });
}

const worlds: World[] = [];

/** A client, the sockets that it opened, and what it told. */
export class World {
    readonly sockets: FakeSocket[] = [];
    readonly states: ClientState[] = [];
    readonly pushes: PushMessage[] = [];
    readonly chats: ChatMessage[] = [];
    readonly client: PushClient;

    constructor(options: Partial<PushClientOptions> = {}) {
        this.client = new PushClient({
            endpoints: ["gateway:8126"],
            user: "ann",
            token: "t0k3n",
            addressCache: null,
            webSocket: (url) => {
                const socket = new FakeSocket(url);
                this.sockets.push(socket);
                return socket as unknown as WebSocket;
            },
            ...options,
        });
        this.client.on("state", (state) => this.states.push(state));
        this.client.on("push", (push) => this.pushes.push(push));
        this.client.on("chat", (chat) => this.chats.push(chat));
        worlds.push(this);
    }

    /** The latest socket. */
    get socket(): FakeSocket {
        const socket = this.sockets.at(-1);
        if (socket === undefined) throw new Error("The client has opened no socket.");
        return socket;
    }

    get texts(): string[] {
        return this.pushes.map(({ text }) => text);
    }

    /** Starts the client, and lets it log in. */
    async login(answer: Record<string, unknown> = {}): Promise<FakeSocket> {
        this.client.start();
        await settle();
        return this.answerLogin(answer);
    }

    /** Opens the latest socket, and lets the client in. */
    async answerLogin(answer: Record<string, unknown> = {}): Promise<FakeSocket> {
        const { socket } = this;
        socket.open();
        await settle();
        expect(socket.bodies(1), "verify").toHaveLength(1);
        socket.say(101, granted(answer));
        await settle();
        return socket;
    }
}

export function granted(fields: Record<string, unknown> = {}): Record<string, unknown> {
    return { code: 1, session: "s1", heartbeat_ms: 10_000, resume: "ticket-1", features: ["heartbeat_ack", "ack"], ...fields };
}

/** What is under way without time. */
export async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
}

export async function pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
}
