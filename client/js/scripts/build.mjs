// Builds dist/: ES modules with declarations (tsc), and one file for <script type="module"> (esbuild). Prints its size.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = "dist/push-client.min.js";

process.chdir(root);
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
    entryPoints: ["src/index.ts"],
    outfile: bundle,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    sourcemap: true,
    logLevel: "warning",
});
const text = readFileSync(bundle);
console.log(`${bundle}: ${text.length} bytes, ${gzipSync(text).length} gzip`);
