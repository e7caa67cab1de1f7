export { actionOf, nameOf, type ClientAction, type CodeName } from "./code.js";
export { codes } from "./codes.js";
export { PushClient } from "./client.js";
export { MemoryCursorStore, type CursorKey, type CursorStore } from "./cursors/cursor-store.js";
export { IndexedDbCursorStore } from "./cursors/indexed-db.js";
export { LocalStorageCursorStore } from "./cursors/local-storage.js";
export type { Transport } from "./endpoints/endpoint.js";
export { PushError } from "./errors.js";
export type { PushClientEvents } from "./events.js";
export {
    PushMessage,
    type ChatAudience,
    type ChatMessage,
    type LogRestart,
    type MessagePage,
    type ReceivedCounts,
    type ServerError,
} from "./messages.js";
export type { HeartbeatOptions, PushClientOptions, ReceiveOptions, ReconnectOptions } from "./options.js";
export { beginning, comparePositions, type MessagePosition } from "./position.js";
export type { SentMessage } from "./sent-message.js";
export type { ClientPhase, ClientState } from "./state.js";
