import { defineConfig } from "vitest/config"

// The stories of one server, told over TLS: all clients that the tests make come encrypted.
export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    pool: "forks",
    maxWorkers: 2,
    allowOnly: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    include: ["test/server/hostile.test.ts", "test/e2e/{back,cuts,faults,inTime,places,restart,room,rooms,secrets,termination}.test.ts"],
    env: { TLS_UNDER_TEST: "1" }
  }
})
