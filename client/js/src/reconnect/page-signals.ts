/** What a browser has and other places may not. */
interface Connectivity extends EventTarget {
    readonly type?: string;
}

/**
 * Calls `wake` when the browser says that something is different: the network came, went or is another one, or the page is looked at again (then its
 * timers may have slept).
 * @returns Ends it.
 */
export function onPageSignals(wake: () => void): () => void {
    const page = globalThis.document as Document | undefined;
    const network = (globalThis.navigator as { connection?: Connectivity } | undefined)?.connection;
    const onVisibility = () => {
        if (page?.visibilityState === "visible") {
            wake();
        }
    };
    const wanted: [Partial<EventTarget> | undefined, string, () => void][] = [
        [globalThis, "online", wake],
        [globalThis, "offline", wake],
        [globalThis, "pageshow", wake],
        [page, "visibilitychange", onVisibility],
        [page, "resume", wake],
        [network, "change", wake],
    ];
    for (const [target, event, listener] of wanted) {
        target?.addEventListener?.(event, listener);
    }

    return () => {
        for (const [target, event, listener] of wanted) {
            target?.removeEventListener?.(event, listener);
        }
    };
}
