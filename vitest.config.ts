import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/load/**", "test/browser/**", "test/cluster/**"],
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/turn.ts"],
    // No module here keeps state, so the files can share their imports.
    isolate: false,
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    allowOnly: false
  }
})
