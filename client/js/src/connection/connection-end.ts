import { codes } from "../codes.js";
import { actionOf, codeOf, nameOf, type ClientAction } from "../code.js";

/** Why a connection ended, and what follows. */
export interface ConnectionEnd {
    readonly action: ClientAction;
    readonly code: number;

    /** For people. */
    readonly message: string;

    /** Back off: not before this. Reconnect: spread over this. Undefined = not named. */
    readonly retryAfterMs?: number;

    /** Where the server says to go. */
    readonly addresses?: readonly string[];

    /** How long the client was logged in; undefined = it was not. */
    readonly verifiedForMs?: number | undefined;
}

/** The link broke or was never there. */
export function lost(message: string): ConnectionEnd {
    return { action: "reconnect", code: codes.connection_lost, message };
}

/** The application closes. */
export function closed(): ConnectionEnd {
    return { action: "stop", code: codes.goodbye, message: "Closed by the application." };
}

/** What the status says with which the server closed, when it said nothing before. */
export function endOfStatus(status: number, reason: string): ConnectionEnd {
    const action = status >= 3000 && status < 5000 ? actionOf(status) : "continue";
    return action === "continue"
        ? lost(`The connection closed with status ${status}${reason && `: ${reason}`}.`)
        : { action, code: status, message: reason || `The server closed the connection: ${nameOf(status)}.` };
}

/** What follows from a refused verify: 101 with code 0. */
export function endOfRefusal(reason: string, retryAfterMs: number): ConnectionEnd {
    const code = codeOf(reason) ?? codes.wrong_token;
    return endOfVerifyError(code, `The server refused the login: ${reason || nameOf(code)}.`, retryAfterMs);
}

/** What follows from an error about a verify. */
export function endOfVerifyError(code: number, message: string, retryAfterMs: number): ConnectionEnd {
    const byRange = actionOf(code);
    const isPassing = retryAfterMs > 0 || code === codes.try_later || code === codes.rate_limited;
    return { action: byRange !== "continue" ? byRange : isPassing ? "back_off" : "stop", code, message, retryAfterMs };
}
