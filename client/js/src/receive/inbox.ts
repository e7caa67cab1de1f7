import type { ServerError } from "../messages.js";
import type { Fetches } from "./fetches.js";
import type { Receiver } from "./receiver.js";

/** Where a connection puts what arrives. */
export interface Inbox {
    /** Takes chat and pushes. */
    readonly messages: Receiver;

    /** Takes pages. */
    readonly fetches: Fetches;

    /** Takes errors of requests. */
    readonly onError: (error: ServerError) => void;
}
