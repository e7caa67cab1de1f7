import { PushMessage, type ChatAudience, type ChatMessage, type MessagePage, type ServerError } from "../messages.js";
import { nameOf } from "../code.js";
import type { MessagePosition } from "../position.js";
import type { Body } from "./body.js";

// The latest time that a Date holds.
const MAX_DATE_MS = 8.64e15;

/** 106. */
export function pushOf(body: Body): PushMessage {
    const channel = body.text("channel");
    const isNotify = body.flag("notify");
    const expires = body.uint("expires");
    return new PushMessage({
        id: body.text("id"),
        app: body.text("app"),
        type: body.text("type"),
        contentType: body.text("content_type"),
        channel,
        position: positionOf(channel, body),
        expiresAt: expires > 0 ? new Date(Math.min(expires, MAX_DATE_MS)) : undefined,
        isNotify,
        payload: body.payload("payload"),
        size: isNotify ? body.uint("size") : undefined,
    });
}

/** 102, 103, 104. */
export function chatOf(audience: ChatAudience, body: Body): ChatMessage {
    const channel = body.text("channel");
    return {
        audience,
        from: body.text("chat_from"),
        text: body.text("chat_content"),
        id: body.text("id"),
        channel,
        position: positionOf(channel, body),
    };
}

/** 113. */
export function pageOf(body: Body): MessagePage {
    return {
        channel: body.text("channel"),
        messages: body.bodies("messages").map(pushOf),
        covered: body.position(),
        hasMore: body.flag("more"),
    };
}

/** 108. */
export function errorOf(body: Body): ServerError {
    const code = body.uint("code");
    return {
        command: body.uint("command"),
        id: body.text("id"),
        code,
        reason: body.text("reason") || nameOf(code),
        message: body.text("message"),
        retryAfterMs: body.uint("retry_after_ms"),
    };
}

function positionOf(channel: string, body: Body): MessagePosition | undefined {
    return channel === "" ? undefined : body.position();
}
