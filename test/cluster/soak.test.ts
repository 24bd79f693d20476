import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { environment, root } from "../e2e/support/program.ts"
import { hasNats } from "./support/NatsServer.ts"

/** For how long it goes on, s, and with how many. */
const [seconds, clients] = [20, 30]

describe.runIf(hasNats)("A soak over three nodes", () => {
  it(`finds no difference to the model in ${seconds} s, with a node killed, one stopped, and the engine restarted`, async () => {
    const args = ["tsx", "soak/main.ts", "--cluster", "--seconds", String(seconds), "--clients", String(clients)]
    const { code, text } = await new Promise<{ code: number | null; text: string }>((resolve, reject) => {
      const child = spawn("npx", args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"] })
      let text = ""
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (text += part))
      child.once("error", reject)
      child.once("close", (code) => {
        resolve({ code, text })
      })
    })
    expect(text).toMatch(/no difference\n$/u)
    for (const what of ["a node is killed", "a node is stopped for a while", "the engine is killed"]) expect(text).toContain(what)
    expect(code).toBe(0)
  })
})
