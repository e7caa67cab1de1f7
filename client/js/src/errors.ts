import { nameOf } from "./code.js";

/** What was asked of the client cannot be done; `code` says why, by the protocol's code table. */
export class PushError extends Error {
    override readonly name = "PushError";

    /** The name of the code, such as `not_verified`. */
    readonly reason: string;

    constructor(
        readonly code: number,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
        this.reason = nameOf(code);
    }
}

/** The message of whatever was thrown. */
export function messageOf(fault: unknown): string {
    return fault instanceof Error ? fault.message : String(fault);
}
