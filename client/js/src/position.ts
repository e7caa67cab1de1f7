/** A place in a channel. Ordered by `epoch`, which rises when the server lost data, then by `seq`; holes are no losses. */
export interface MessagePosition {
    readonly epoch: number;
    readonly seq: number;
}

/** Before everything: a fetch behind it begins with the oldest message that is there. */
export const beginning: MessagePosition = Object.freeze({ epoch: 0, seq: 0 });

/** Negative: `left` is earlier; 0: they are the same; positive: `left` is later. */
export function comparePositions(left: MessagePosition, right: MessagePosition): number {
    return left.epoch !== right.epoch ? left.epoch - right.epoch : left.seq - right.seq;
}

/** @internal Not later than `cursor`: it was seen before. */
export function isCovered(position: MessagePosition, cursor: MessagePosition | undefined): boolean {
    return cursor !== undefined && comparePositions(position, cursor) <= 0;
}
