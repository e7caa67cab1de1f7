// What the protocol allows; a longer one is not a ticket.
const MAX_LENGTH = 512;

/** The ticket by which the next login takes the session over. It is as good as a token: it is never shown, and kept in memory only. */
export class ResumeTicket {
    #ticket = "";
    #token = "";

    /** The ticket to send along with the token; empty = none. Another token than it was given for: the ticket is dropped. */
    for(token: string): string {
        if (token !== this.#token) {
            this.drop();
        }

        return this.#ticket;
    }

    /** A login with the token succeeded and brought this ticket, or none. */
    keep(ticket: string, token: string): void {
        this.#ticket = ticket.length <= MAX_LENGTH ? ticket : "";
        this.#token = token;
    }

    /** The session has ended for good. */
    drop(): void {
        this.keep("", "");
    }
}
