import { defineConfig } from "vitest/config"

const common = { testTimeout: 120_000, hookTimeout: 60_000 }

// Several servers that are one conversation, over a real nats-server; and the stories of one server, told of two of them.
export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    pool: "forks",
    fileParallelism: false,
    allowOnly: false,
    projects: [
      { extends: true, test: { ...common, name: "cluster", include: ["test/cluster/**/*.test.ts"] } },
      { extends: true, test: { ...common, name: "two nodes", include: ["test/e2e/{back,cuts,inTime,places,room,rooms,secrets}.test.ts"], env: { NODES_UNDER_TEST: "2" } } }
    ]
  }
})
