import { now } from "../time.js";

// Longer than a login waits at a gateway; short, since another device may log in meanwhile.
const LATEST_MS = 30_000;
const MOST = 16;

/**
 * Logins whose connection broke before their answer came. The server may make one after the login that followed it, and so displace the
 * client by itself: that is no reason to stop.
 */
export class LateLogins {
    private readonly unanswered: number[] = [];

    add(): void {
        this.unanswered.push(now());
        if (this.unanswered.length > MOST) {
            this.unanswered.shift();
        }
    }

    /** Whether one of them may have displaced the client. Each is blamed once. */
    tryBlame(): boolean {
        for (let at = this.unanswered.shift(); at !== undefined; at = this.unanswered.shift()) {
            if (now() - at < LATEST_MS) {
                return true;
            }
        }

        return false;
    }
}
