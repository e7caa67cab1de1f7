// What the protocol allows; a longer one is not a ticket.
const MAX_LENGTH = 512;

/** The ticket by which the next login takes the session over. It is as good as a token: it is never shown, and kept in memory only. */
export class ResumeTicket {
    #ticket = "";
    #token = "";
    #hasEnd = false;

    /**
     * The ticket to send along with the token; empty = none. Another token than it was given for: the ticket is dropped, unless tokens have an end and
     * follow one another.
     */
    for(token: string): string {
        if (token !== this.#token && !this.#hasEnd) {
            this.drop();
        }

        return this.#ticket;
    }

    /** A login with the token succeeded and brought this ticket, or none. @param hasEnd The token has an end, and another one follows it. */
    keep(ticket: string, token: string, hasEnd: boolean): void {
        this.#hasEnd = hasEnd;
        this.#ticket = ticket.length <= MAX_LENGTH ? ticket : "";
        this.#token = token;
    }

    /** The session has ended for good. */
    drop(): void {
        this.keep("", "", false);
    }
}
