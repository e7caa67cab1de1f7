import { codes } from "./codes.js";

/** The name of a code, such as `displaced`. */
export type CodeName = keyof typeof codes;

/** What the client does about a code. */
export type ClientAction = "reconnect" | "back_off" | "stop" | "continue";

const numbers: Readonly<Record<string, number>> = codes;
const names = new Map<number, CodeName>(Object.entries(codes).map(([name, code]) => [code, name as CodeName]));

/** What the client does about a code: by range, so that a code that is younger than this client is understood too. */
export function actionOf(code: number): ClientAction {
    return code < 3500 ? "reconnect" : code < 4000 ? "back_off" : code < 4500 ? "stop" : "continue";
}

/** The name of a code; `code_<number>` of one that is younger than this client. */
export function nameOf(code: number): string {
    return names.get(code) ?? `code_${code}`;
}

/** The number of a code by its name; undefined = there is none. */
export function codeOf(name: string): number | undefined {
    return Object.hasOwn(numbers, name) ? numbers[name] : undefined;
}
