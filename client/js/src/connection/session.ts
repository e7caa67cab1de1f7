import { codes } from "../codes.js";
import { actionOf, nameOf, type ClientAction } from "../code.js";
import { messageOf, PushError } from "../errors.js";
import type { ChatAudience } from "../messages.js";
import type { Inbox } from "../receive/inbox.js";
import type { Settings } from "../settings.js";
import { Deferred, now, within } from "../time.js";
import { Body } from "./body.js";
import { commands } from "./commands.js";
import type { Connection } from "./connection.js";
import { endOfRefusal, endOfVerifyError, lost } from "./connection-end.js";
import type { Credentials } from "./credentials.js";
import { chatOf, errorOf, pageOf, pushOf } from "./deliveries.js";
import type { Heartbeat } from "./heartbeat.js";
import type { ResumeTicket } from "./resume-ticket.js";
import { TokenRenewal } from "./token-renewal.js";
import type { Incoming } from "./wire.js";

const SDK = "microservices-js/0.1.0";
const ACK = "ack";
const HEARTBEAT_ACK = "heartbeat_ack";
const VERIFIED = 1;

/** A login, as the server answered it. */
export interface Login {
    readonly session: string;
    readonly resumed: boolean;
}

/** What a session works with. */
export interface SessionParts {
    readonly settings: Settings;
    readonly credentials: Credentials;
    readonly ticket: ResumeTicket;
    readonly inbox: Inbox;
    readonly onVerified: (login: Login) => void;
}

/** What the client does on one connection: verifies, then heartbeats, and sorts what arrives. */
export class Session {
    private token = "";
    private isAnswered = false;
    private isRenewing = false;
    private verifiedAt: number | undefined;
    private answer = new Deferred<Body>();

    // Where what arrives is to be acknowledged; undefined: nowhere.
    private acknowledgeOn: Connection | undefined;

    constructor(
        private readonly parts: SessionParts,
        private readonly connection: Connection,
        private readonly heartbeat: Heartbeat,
    ) {}

    /** A verify was sent and nothing was said to it: the server may yet log this client in. */
    get isUnanswered(): boolean {
        return this.token !== "" && !this.isAnswered;
    }

    /** For how long a login has held on this connection; undefined = there was none. */
    get verifiedForMs(): number | undefined {
        return this.verifiedAt === undefined ? undefined : now() - this.verifiedAt;
    }

    /** Verifies, and starts the heartbeat; ends the connection when that fails. */
    async run(token: string, stop: AbortSignal): Promise<void> {
        const { connection } = this;
        try {
            if (!(await connection.opened)) {
                return;
            }

            let answer = await this.login(token);
            if (isTokenRefused(answer) && this.parts.credentials.canRenew) {
                answer = await this.login(await this.parts.credentials.get(stop));
            }

            if (answer.uint("code") !== VERIFIED) {
                connection.end(endOfRefusal(answer.text("reason"), answer.uint("retry_after_ms")));
                return;
            }

            const renewal = new TokenRenewal(connection, this.parts.credentials, (next) => this.renew(next));
            await renewal.run(answer.uint("token_expires_ms"));
        } catch (fault) {
            connection.end(lost(messageOf(fault)));
        }
    }

    /** Takes one message. @throws PushError when a field of it is of another type. */
    take({ command, body }: Incoming): void {
        const { messages, fetches } = this.parts.inbox;
        switch (command) {
            case commands.verifyResult:
                this.onAnswer(body);
                break;
            case commands.singleChatDelivery:
                this.onChat("one", body);
                break;
            case commands.groupChatDelivery:
                this.onChat("several", body);
                break;
            case commands.broadcastChatDelivery:
                this.onChat("all", body);
                break;
            case commands.push:
                messages.take({ push: pushOf(body) }, this.connection, this.acknowledgeOn);
                break;
            case commands.page:
                fetches.complete(body.text("id"), pageOf(body));
                break;
            case commands.heartbeatAck:
                this.heartbeat.apply(body.uint("heartbeat_ms"));
                break;
            case commands.directive:
                this.onDirective(body);
                break;
            case commands.error:
                this.onError(body);
                break;
            default:
                break; // younger than this client
        }
    }

    private login(token: string): Promise<Body> {
        const { settings, ticket } = this.parts;
        this.isAnswered = false;
        return this.verify(token, {
            network: settings.network(),
            heartbeat_ms: Math.round(this.heartbeat.intervalMs),
            resume: ticket.for(token),
            sdk: SDK,
            features: settings.receive.acknowledge === "afterHandler" ? [HEARTBEAT_ACK, ACK] : [HEARTBEAT_ACK],
        });
    }

    /** Sends the next token on the verified connection. */
    private async renew(token: string): Promise<Body> {
        this.isRenewing = true;
        try {
            return await this.verify(token, { sdk: SDK, id: "renew" });
        } finally {
            this.isRenewing = false;
        }
    }

    private verify(token: string, fields: Readonly<Record<string, unknown>>): Promise<Body> {
        const { settings } = this.parts;
        const { app, device, user } = settings;
        this.token = token;
        this.answer = new Deferred<Body>();
        this.connection.trySend(commands.verify, { user, token, app, device, ...fields });
        const late = () => new PushError(codes.connection_lost, `No answer to verify within ${settings.connectTimeoutMs} ms.`);
        return within(Promise.race([this.answer.promise, ended(this.connection)]), settings.connectTimeoutMs, late);
    }

    private onAnswer(answer: Body): void {
        const { connection } = this;
        this.isAnswered = true;
        // Here, before the next message is taken, so that nothing that follows the answer arrives before the client knows that it is logged in.
        if (answer.uint("code") === VERIFIED && this.verifiedAt === undefined) {
            const features = answer.texts("features");
            this.acknowledgeOn = features.includes(ACK) ? connection : undefined;
            connection.maxSendBytes = answer.body("limits").uint("max_frame_bytes") || connection.maxSendBytes;
            const login = { session: answer.text("session"), resumed: answer.flag("resumed") };
            this.heartbeat.apply(answer.uint("heartbeat_ms"));
            this.parts.ticket.keep(answer.text("resume"), this.token, answer.uint("token_expires_ms") > 0);
            this.verifiedAt = now();
            this.heartbeat.start(features.includes(HEARTBEAT_ACK));
            this.parts.onVerified(login);
        } else if (answer.uint("code") === VERIFIED && this.isRenewing) {
            // This ticket is good for as long as the new token.
            this.parts.ticket.keep(answer.text("resume"), this.token, true);
        }

        this.answer.resolve(answer);
    }

    private onChat(audience: ChatAudience, body: Body): void {
        this.parts.inbox.messages.take({ chat: chatOf(audience, body) }, this.connection, this.acknowledgeOn);
    }

    private onDirective(body: Body): void {
        const code = body.uint("code");
        const end = endOfDirective(body.text("action"), code);
        if (end !== "continue") {
            const message = body.text("message") || `The server sent the client away: ${nameOf(code)}.`;
            this.connection.end({ action: end, code, message, retryAfterMs: body.uint("after_ms"), addresses: body.texts("addresses") });
        }
    }

    private onError(body: Body): void {
        const error = errorOf(body);
        const { code, message, retryAfterMs } = error;
        const action = actionOf(code);
        if (action !== "continue") {
            this.connection.end({ action, code, message, retryAfterMs });
        } else if (error.command === commands.verify && this.verifiedAt === undefined) {
            this.isAnswered = true;
            this.connection.end(endOfVerifyError(code, message, retryAfterMs));
        } else if (error.command === commands.verify && this.isRenewing) {
            this.answer.resolve(Body.of({ reason: error.reason }));
        } else if (!this.parts.inbox.fetches.tryFail(error)) {
            this.parts.inbox.onError(error);
        }
    }
}

function endOfDirective(action: string, code: number): ClientAction {
    const byCode = code === 0 ? "continue" : actionOf(code);
    const byName = action === "reconnect" || action === "back_off" ? action : action === "logout" ? "stop" : "continue";
    return byCode !== "continue" ? byCode : byName;
}

function isTokenRefused(answer: Body): boolean {
    return answer.uint("code") !== VERIFIED && ["", "wrong_token", "token_expired"].includes(answer.text("reason"));
}

async function ended(connection: Connection): Promise<never> {
    const end = await connection.ended;
    throw new PushError(end.code, end.message);
}
