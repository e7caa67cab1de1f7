// Serves the example page on loopback: npm run example [port]. 0 = any port.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";

const [port = "5173"] = process.argv.slice(2);
const files = new Map([
    ["/", ["../example/index.html", "text/html; charset=utf-8"]],
    ["/example.js", ["../example/example.js", "text/javascript"]],
    ["/example.css", ["../example/example.css", "text/css"]],
    ["/push-client.min.js", ["../dist/push-client.min.js", "text/javascript"]],
    ["/push-client.min.js.map", ["../dist/push-client.min.js.map", "application/json"]],
]);

// These files and no others, whatever the path.
const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [file, type] = files.get(pathname) ?? [];
    const content = file && (await readFile(new URL(file, import.meta.url)).catch(() => undefined));
    response.writeHead(content ? 200 : 404, {
        "content-type": type ?? "text/plain",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    });
    response.end(content ?? "There is no such file.");
});
server.on("error", (fault) => {
    console.error(`The example page cannot be served on port ${port}: ${fault.message}`);
    process.exit(1);
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
