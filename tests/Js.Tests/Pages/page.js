// What a test drives from outside: one client, and what it told. What was handled outlives a reload, as an application's own store would.
import { beginning, LocalStorageCursorStore, PushClient } from "./push-client.min.js";

const HANDLED = "handled";

window.told = { states: [], chats: [], errors: [], tokensAsked: 0 };
window.handled = () => JSON.parse(localStorage.getItem(HANDLED) ?? "[]");

window.begin = ({ tokens, ...options }) => {
    const client = new PushClient({
        ...options,
        ...(tokens ? { tokenProvider: async () => tokens[Math.min(window.told.tokensAsked++, tokens.length - 1)] } : {}),
        onPush: async (push) => {
            const whole = push.isNotify ? await client.fetch(push) : push;
            localStorage.setItem(HANDLED, JSON.stringify([...window.handled(), whole?.text ?? ""]));
        },
        onChat: ({ from, text }) => void window.told.chats.push(`${from}: ${text}`),
        receive: { cursors: new LocalStorageCursorStore() },
    });
    client.on("state", (state) => window.told.states.push(state));
    client.on("error", ({ reason }) => window.told.errors.push(reason));
    client.start();
    window.client = client;
};

window.readInbox = async () => (await window.client.fetchPage("inbox", beginning)).messages.map(({ text }) => text);
window.isLoaded = true;
