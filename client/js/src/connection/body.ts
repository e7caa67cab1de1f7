import { codes } from "../codes.js";
import { PushError } from "../errors.js";
import type { MessagePosition } from "../position.js";

/**
 * The fields of a body as the server wrote them, read one by one and checked: absent and null are the same as empty, 0 and false. A field of another
 * type is the server's fault.
 */
export class Body {
    private constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

    /** @throws PushError when it is no object. */
    static of(value: unknown): Body {
        if (value === undefined || value === null) {
            return new Body({});
        }

        if (typeof value !== "object" || Array.isArray(value)) {
            throw malformed("A body is no object.");
        }

        return new Body(value as Record<string, unknown>);
    }

    text(name: string): string {
        const value = this.field(name) ?? "";
        if (typeof value === "number") return String(value);
        if (typeof value === "string") return value;
        throw malformed(`${name} is no text.`);
    }

    /** A whole number of 0 or more that a JavaScript number holds exactly. */
    uint(name: string): number {
        const value = this.field(name) ?? 0;
        const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
        if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
        throw malformed(`${name} is no whole number from 0 to 2^53 - 1.`);
    }

    flag(name: string): boolean {
        const value = this.field(name) ?? false;
        if (typeof value === "boolean") return value;
        throw malformed(`${name} is neither true nor false.`);
    }

    texts(name: string): string[] {
        return this.list(name).map((value) => {
            if (typeof value === "string") return value;
            throw malformed(`${name} has an entry that is no text.`);
        });
    }

    bodies(name: string): Body[] {
        return this.list(name).map((value) => Body.of(value));
    }

    body(name: string): Body {
        return Body.of(this.field(name));
    }

    position(): MessagePosition {
        return { epoch: this.uint("epoch"), seq: this.uint("seq") };
    }

    /** The bytes of `<name>_base64`, or the text of `<name>`. */
    payload(name: string): string | Uint8Array {
        const encoded = this.text(`${name}_base64`);
        if (encoded === "") {
            return this.text(name);
        }

        try {
            return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
        } catch {
            throw malformed(`${name}_base64 is no base64.`);
        }
    }

    private list(name: string): unknown[] {
        const value = this.field(name) ?? [];
        if (Array.isArray(value)) return value;
        throw malformed(`${name} is no list.`);
    }

    // Own fields only: a body has no field that an object has by nature.
    private field(name: string): unknown {
        return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
    }
}

/** The server broke the protocol. */
export function malformed(message: string): PushError {
    return new PushError(codes.malformed_body, message);
}
