// A timer of a browser takes 31 bits of milliseconds; a longer one would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A clock that only goes forward, ms. */
export function now(): number {
    return performance.now();
}

/** Ends after the time, or when the signal aborts: the caller looks which. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal?.aborted) {
            resolve();
            return;
        }

        const end = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", end);
            resolve();
        };
        const timer = setTimeout(end, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
        signal?.addEventListener("abort", end);
    });
}

/** The outcome of `work`, unless the time passes or the signal aborts first: then it is rejected. What `work` does later is nobody's concern. */
export async function within<T>(work: Promise<T>, ms: number, late: () => Error, signal?: AbortSignal): Promise<T> {
    const over = new AbortController();
    const abort = () => over.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    try {
        return await Promise.race([
            work,
            pause(ms, over.signal).then(() => {
                throw signal?.aborted ? signal.reason : late();
            }),
        ]);
    } finally {
        over.abort();
        signal?.removeEventListener("abort", abort);
    }
}

/** The outcome of `work`, unless the signal aborts first: then it is rejected with the signal's reason. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason as Error);
        if (signal.aborted) {
            abort();
        }

        signal.addEventListener("abort", abort);
        void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
}

/** A promise with its end in hand. */
export class Deferred<T> {
    readonly promise: Promise<T>;
    resolve!: (value: T | PromiseLike<T>) => void;
    reject!: (reason: unknown) => void;
    isSettled = false;

    constructor() {
        this.promise = new Promise<T>((resolve, reject) => {
            this.resolve = (value) => {
                this.isSettled = true;
                resolve(value);
            };
            this.reject = (reason) => {
                this.isSettled = true;
                reject(reason as Error);
            };
        });
        this.promise.catch(() => {}); // nobody may be waiting
    }
}
