import { codes } from "../codes.js";
import { nameOf } from "../code.js";
import { closed, lost, type ConnectionEnd } from "../connection/connection-end.js";
import { Connection } from "../connection/connection.js";
import { Credentials } from "../connection/credentials.js";
import { Heartbeat } from "../connection/heartbeat.js";
import { ResumeTicket } from "../connection/resume-ticket.js";
import { Session } from "../connection/session.js";
import { AddressBook } from "../endpoints/address-book.js";
import type { Endpoint } from "../endpoints/endpoint.js";
import { messageOf } from "../errors.js";
import type { Inbox } from "../receive/inbox.js";
import type { Settings } from "../settings.js";
import type { ClientState } from "../state.js";
import { now, pause } from "../time.js";
import { Backoff, type Pause } from "./backoff.js";
import { LateLogins } from "./late-logins.js";

/** Connects, and connects again, until a reason says stop: round by round over the addresses, with a pause between rounds. */
export class Reconnector {
    /** The verified connection; undefined while there is none. */
    current: Connection | undefined;

    private readonly addresses: AddressBook;
    private readonly backoff: Backoff;
    private readonly credentials: Credentials;
    private readonly ticket = new ResumeTicket();
    private readonly late = new LateLogins();
    private heartbeat: Heartbeat | undefined;
    private proposedMs = 0;
    private hurry: (() => void) | undefined;

    constructor(
        private readonly settings: Settings,
        private readonly inbox: Inbox,
        private readonly onState: (state: ClientState) => void,
    ) {
        this.addresses = new AddressBook(settings);
        this.backoff = new Backoff(settings.reconnect);
        this.credentials = new Credentials(settings);
    }

    /** How often the verified connection beats; 0 while there is none. */
    get heartbeatIntervalMs(): number {
        return this.heartbeat?.intervalMs ?? 0;
    }

    /** Proposes a heartbeat interval, now and at each login from now on. */
    proposeHeartbeat(ms: number): void {
        this.proposedMs = ms;
        this.heartbeat?.propose(ms);
    }

    /** Something is different outside: asks the server for a sign of life, or tries again earlier. */
    wake(): void {
        this.heartbeat?.probe();
        this.hurry?.();
    }

    /** Runs to the end: its reason. @param stop Closes. */
    async run(stop: AbortSignal): Promise<ConnectionEnd> {
        while (!stop.aborted) {
            let end = await this.round(stop);
            if (end.code === codes.displaced && this.late.tryBlame()) {
                end = { ...end, action: "reconnect", message: "Displaced by an earlier login of this client." };
            }

            if (end.action === "stop") {
                this.ticket.drop();
                return end;
            }

            if (end.verifiedForMs !== undefined) {
                this.backoff.verified(end.verifiedForMs);
            }

            const wait = stop.aborted ? undefined : this.backoff.next(end);
            if (wait === undefined && !stop.aborted) {
                return { ...end, message: `${this.settings.reconnect.maxAttempts} tries in a row failed. The last one: ${end.message}` };
            }

            if (wait !== undefined) {
                this.onState({ phase: "waiting", retryInMs: wait.ms, code: end.code, reason: nameOf(end.code), message: end.message });
                await this.wait(wait, stop);
            }
        }

        return closed();
    }

    /** Waits; `wake` shortens it. */
    private async wait({ ms, leastMs }: Pause, stop: AbortSignal): Promise<void> {
        const over = new AbortController();
        const abort = () => over.abort();
        const begin = now();
        stop.addEventListener("abort", abort);
        this.hurry = () => {
            this.hurry = undefined; // once is enough
            void pause(begin + leastMs - now(), over.signal).then(abort);
        };
        await pause(ms, stop.aborted ? stop : over.signal);
        this.hurry = undefined;
        abort();
        stop.removeEventListener("abort", abort);
    }

    /** Tries address after address until one has let the client in, or says to back off or stop. */
    private async round(stop: AbortSignal): Promise<ConnectionEnd> {
        this.onState({ phase: "connecting" });
        let end = lost("No gateway is known.");
        for await (const endpoint of this.addresses.round(stop)) {
            if (stop.aborted) {
                return closed();
            }

            this.onState({ phase: "connecting", endpoint: endpoint.url });
            end = await this.visit(endpoint, stop);
            this.addresses.direct(end.addresses);
            if (end.verifiedForMs === undefined || end.code === codes.going_away) {
                this.addresses.failed(endpoint);
            }

            if (end.verifiedForMs !== undefined || end.action !== "reconnect") {
                return end;
            }
        }

        return end;
    }

    private async visit(endpoint: Endpoint, stop: AbortSignal): Promise<ConnectionEnd> {
        let connection: Connection;
        let session: Session;
        const onStop = () => connection.sayGoodbye();
        try {
            const token = await this.credentials.get(stop);
            if (stop.aborted) {
                return closed();
            }

            connection = new Connection(endpoint.url, this.settings, (message) => session.take(message));
            session = this.sessionOn(connection, endpoint);
            stop.addEventListener("abort", onStop);
            void session.run(token, stop);
        } catch (fault) {
            return stop.aborted ? closed() : lost(messageOf(fault));
        }

        const end = await connection.ended;
        stop.removeEventListener("abort", onStop);
        if (session.isUnanswered) {
            this.late.add();
        }

        this.current = undefined;
        this.heartbeat = undefined;
        this.inbox.fetches.disconnected();
        if (end.code === codes.goodbye) {
            // The goodbye is on its way until the server closes.
            await Promise.race([connection.isClosed, pause(this.settings.closeTimeoutMs)]);
        }

        return { ...this.judge(end, session), verifiedForMs: session.verifiedForMs };
    }

    /** A token that has ended is nothing to stop for where another one can be had. */
    private judge(end: ConnectionEnd, session: Session): ConnectionEnd {
        return nameOf(end.code) === "token_expired" && this.credentials.canRenew
            ? { ...end, action: session.verifiedForMs === undefined ? "back_off" : "reconnect" }
            : end;
    }

    private sessionOn(connection: Connection, endpoint: Endpoint): Session {
        const { credentials, inbox, settings, ticket } = this;
        const proposedMs = this.proposal();
        const heartbeat = new Heartbeat(connection, settings, proposedMs);
        const onVerified = ({ session, resumed }: { session: string; resumed: boolean }) => {
            this.addresses.succeeded(endpoint);
            this.current = connection;
            this.heartbeat = heartbeat;
            inbox.fetches.connectedTo(connection);
            if (this.proposedMs > 0 && this.proposedMs !== proposedMs) {
                heartbeat.propose(this.proposedMs); // it was proposed while the login was on its way
            }

            this.onState({ phase: "verified", endpoint: endpoint.url, session, resumed });
        };
        return new Session({ settings, credentials, ticket, inbox, onVerified }, connection, heartbeat);
    }

    private proposal(): number {
        const { followDispatcher, intervalMs } = this.settings.heartbeat;
        return this.proposedMs || (followDispatcher && this.addresses.advisedHeartbeatMs) || intervalMs;
    }
}
