import { Body, malformed } from "./body.js";

/** What one text message of the WebSocket holds. */
export interface Incoming {
    readonly command: number;
    readonly body: Body;
}

/** Writes a message: `{"command":6,"id":"…","body":{…}}`. A field that is undefined, empty or 0 is left out, as the protocol allows. */
export function write(command: number, body: Readonly<Record<string, unknown>>): string {
    const { id, ...fields } = body;
    const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && !isEmpty(value));
    return JSON.stringify({ command, id: id || undefined, body: Object.fromEntries(given) });
}

/** @throws PushError when it is no message of the protocol. */
export function read(text: string): Incoming {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw malformed("A message is no JSON.");
    }

    const message = Body.of(value);
    const body = message.body("body");
    return { command: message.uint("command"), body };
}

function isEmpty(value: unknown): boolean {
    return Array.isArray(value) && value.length === 0;
}
