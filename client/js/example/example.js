// A page that connects, shows its state and what arrives, and sends chat. What comes from others is only ever shown as text.
import { LocalStorageCursorStore, PushClient } from "./push-client.min.js";

const login = document.querySelector("#login");
const chat = document.querySelector("#chat");
const closeButton = document.querySelector("#close");
const MOST_SHOWN = 200;

let client;

login.addEventListener("submit", async (event) => {
    event.preventDefault();
    await client?.close();
    const { dispatcher, user, token, device } = Object.fromEntries(new FormData(login));
    try {
        // A page of your own asks its own server for the token: tokenProvider.
        client = new PushClient({
            dispatchers: [dispatcher],
            user,
            token,
            device,
            onPush: async (push) => {
                const whole = push.isNotify ? await client.fetch(push) : push;
                show(`${push.position ? "kept push" : "push"} (${push.contentType}): ${whole?.text ?? "expired"}`);
            },
            onChat: (message) => show(`${message.from}: ${message.text}`),
            receive: { cursors: new LocalStorageCursorStore() },
        });
    } catch (fault) {
        show(fault.message, "error");
        return;
    }

    client.on("state", ({ phase, endpoint, retryInMs, message }) => {
        const again = retryInMs === undefined ? "" : ` (again in ${(retryInMs / 1000).toFixed(1)} s)`;
        document.querySelector("#state").textContent = [phase + again, endpoint, message].filter(Boolean).join(" · ");
        chat.querySelector("button").disabled = phase !== "verified";
        closeButton.disabled = phase === "stopped";
    });
    client.on("error", ({ reason, message }) => show(`${reason}: ${message}`, "error"));
    client.start();
});

closeButton.addEventListener("click", () => client?.close());

chat.addEventListener("submit", (event) => {
    event.preventDefault();
    const { to, text } = Object.fromEntries(new FormData(chat));
    try {
        client.sendChat(to, text);
        show(`to ${to}: ${text}`);
        chat.elements.text.value = "";
    } catch (fault) {
        show(fault.message, "error");
    }
});

function show(text, kind = "") {
    const list = document.querySelector("#messages");
    const item = document.createElement("li");
    item.className = kind;
    item.textContent = text;
    list.prepend(item);
    while (list.childElementCount > MOST_SHOWN) list.lastElementChild.remove();
}
