import type { MessagePosition } from "../../src/index.js";

/** A WebSocket as the client sees one; the test is the server at its other end. */
export class FakeSocket {
    binaryType = "blob";
    readyState = 0;
    bufferedAmount = 0;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;

    /** What the client sent, read. */
    readonly sent: { command: number; id?: string; body: Record<string, unknown> }[] = [];

    /** With which status the client closed. */
    closedWith: number | undefined;

    constructor(readonly url: string) {}

    send(text: string): void {
        if (this.readyState !== 1) throw new Error("The socket is not open.");
        this.sent.push(JSON.parse(text));
    }

    /** The client closes; the server answers at once. */
    close(code: number): void {
        if (this.readyState >= 2) return;
        this.closedWith = code;
        this.readyState = 2;
        queueMicrotask(() => this.drop(code));
    }

    open(): void {
        this.readyState = 1;
        this.onopen?.();
    }

    /** The server says something. */
    say(command: number, body?: unknown): void {
        this.sayRaw(JSON.stringify({ command, body }));
    }

    sayRaw(data: unknown): void {
        this.onmessage?.({ data });
    }

    /** The server closes, or the link breaks (1006). */
    drop(code = 1006, reason = ""): void {
        if (this.readyState === 3) return;
        this.readyState = 3;
        this.onclose?.({ code, reason });
    }

    push(seq: number, fields: Record<string, unknown> = {}): void {
        const position = { channel: "inbox", epoch: 7, seq };
        this.say(106, { id: `m${seq}`, app: "default", ...position, payload: `text ${seq}`, content_type: "text/plain", ...fields });
    }

    /** The bodies that the client sent with a command. */
    bodies(command: number): Record<string, unknown>[] {
        return this.sent.filter((message) => message.command === command).map(({ body }) => body);
    }

    /** The positions that the client acknowledged in a channel. */
    acked(channel = "inbox"): MessagePosition[] {
        return this.bodies(6)
            .flatMap(({ positions }) => positions as ({ channel: string } & MessagePosition)[])
            .filter((position) => position.channel === channel)
            .map(({ epoch, seq }) => ({ epoch, seq }));
    }
}
