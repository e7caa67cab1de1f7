// Writes src/codes.ts from proto/codes.csv: npm run codes.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const table = new URL("../../../proto/codes.csv", import.meta.url);
const COLUMNS = ["number", "name", "kind", "grpc", "http", "client", "meaning"];
const target = new URL("../src/codes.ts", import.meta.url);

/** The text of src/codes.ts. */
export function codesSource() {
    const lines = readFileSync(table, "utf8").trim().split(/\r?\n/);
    if (lines.shift() !== COLUMNS.join(",")) throw new Error(`${fileURLToPath(table)} has other columns than ${COLUMNS}.`);
    const members = lines.map((line) => {
        // The meaning comes last, and may hold commas.
        const [number, name] = line.split(",");
        const meaning = line
            .split(",")
            .slice(COLUMNS.length - 1)
            .join(",");
        return `    /** ${meaning} */\n    ${name}: ${number},\n`;
    });
    return `// Generated from proto/codes.csv by scripts/codes.mjs (npm run codes). Not to be edited.

/** The codes of the protocol by name: what went wrong, and why a connection ended. */
export const codes = {
${members.join("")}} as const;
`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    // Put in place whole: another script may read it at this moment.
    const draft = `${fileURLToPath(target)}.${process.pid}.new`;
    writeFileSync(draft, codesSource());
    renameSync(draft, target);
}
