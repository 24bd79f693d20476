import { defineConfig } from "vitest/config"

// What needs the machine for itself, or more time than a quick look allows.
export default defineConfig({
  test: {
    include: ["test/load/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    allowOnly: false
  }
})
