import { defineConfig } from "vitest/config";

export default defineConfig({
    // proto/codes.csv
    server: { fs: { allow: ["../.."] } },
    test: {
        include: ["tests/**/*.test.ts"],
        environment: "node",
        // Time stands still in them: this is for a machine that is busy.
        testTimeout: 60_000,
        restoreMocks: true,
        unstubGlobals: true,
    },
});
