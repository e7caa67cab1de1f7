/** How a gateway is reached: WebSocket, or WebSocket over TLS, which pages that came by https need. */
export type Transport = "ws" | "wss";

const PATH = "/ws";
const MAX_HOST_LENGTH = 253;

/** Where a gateway listens for WebSockets. */
export interface Endpoint {
    readonly transport: Transport;

    /** `host:port`, as the dispatcher names it; an IPv6 address stands in brackets. */
    readonly address: string;

    readonly url: string;
}

/** Reads `host:port`, or `ws://host:port/ws`; undefined when it is something else. */
export function parseEndpoint(text: string, transport: Transport): Endpoint | undefined {
    if (/^wss?:\/\//.test(text)) {
        return fromUrl(text);
    }

    const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
    return host === undefined ? undefined : endpointOf(host, Number(port), transport);
}

/** An endpoint of its parts; undefined when they are none. */
export function endpointOf(host: unknown, port: unknown, transport: Transport): Endpoint | undefined {
    if (typeof host !== "string" || host.length > MAX_HOST_LENGTH || typeof port !== "number" || !Number.isInteger(port)) {
        return undefined;
    }

    const name = host.replace(/^\[(.*)\]$/, "$1");
    if (port < 1 || port > 65_535 || !/^[\w.:-]+$/.test(name)) {
        return undefined;
    }

    const address = `${name.includes(":") ? `[${name}]` : name}:${port}`;
    return fromUrl(`${transport}://${address}${PATH}`, address);
}

function fromUrl(text: string, address?: string): Endpoint | undefined {
    try {
        const url = new URL(text);
        const transport = url.protocol === "wss:" ? "wss" : "ws";
        const port = url.port || (transport === "wss" ? "443" : "80");
        return url.hostname === "" || url.hash !== "" || url.username !== "" || url.password !== ""
            ? undefined
            : { transport, address: address ?? `${url.hostname}:${port}`, url: url.href };
    } catch {
        return undefined;
    }
}
