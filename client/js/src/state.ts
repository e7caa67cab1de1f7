/**
 * What a client is doing: nothing yet; looking for a gateway, connecting, verifying; logged in; waiting for the next try; stopped for good.
 */
export type ClientPhase = "idle" | "connecting" | "verified" | "waiting" | "stopped";

/** The state of a client. */
export interface ClientState {
    readonly phase: ClientPhase;

    /** Connecting and verified: which gateway. */
    readonly endpoint?: string;

    /** Verified: the session's name. */
    readonly session?: string;

    /** Verified: the former session goes on. */
    readonly resumed?: boolean;

    /** Waiting: after how long the client tries again, ms. */
    readonly retryInMs?: number;

    /** Waiting and stopped: why, by the code table. */
    readonly code?: number;

    /** Waiting and stopped: the name of the code. */
    readonly reason?: string;

    /** Waiting and stopped: why, for people. */
    readonly message?: string;

    /** Stopped: what a handler or the cursor store threw, if that is why. */
    readonly cause?: unknown;
}
