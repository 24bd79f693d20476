import { describe, expect } from "vitest"
import { run, serve } from "./support/program.ts"
import { connect } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

/** Comes in behind the header of a proxy; the first answer. */
const behindProxy = async (stage: Stage, port: number): Promise<string> => {
  const raw = (await connect(stage, port)).read()
  await raw.write("PROXY TCP4 192.0.2.7 192.0.2.8 56324 25565\r\nann\n")
  return (await raw.heard.line(/./u)).text
}

describe.concurrent("A proxy in front", () => {
  it("tells the address of a client where it is trusted, as an option, several times, and in the environment", async ({ stage }) => {
    const ways = [
      { args: ["--trust-proxy", "127.0.0.1"] },
      { args: ["--trust-proxy", "192.0.2.1", "--trust-proxy", "127.0.0.0/8"] },
      { env: { BRUSIO_TRUST_PROXY: "::1, 127.0.0.0/8" } }
    ]
    for (const way of ways) {
      const { port, program } = await serve(stage, way)
      expect(await behindProxy(stage, port)).toBe("Welcome ann! To leave, type {quit}.")
      await program.line(/ann joined \(192\.0\.2\.7:56324\)$/u)
      expect(program.stdout.text).not.toMatch(/127\.0\.0\.1:\d+ (?:connected|disconnected)/u)
      program.kill("SIGTERM")
      await program.ended()
    }
  })

  it("is turned away in words where it is not", async ({ stage }) => {
    const { port } = await serve(stage)
    expect(await behindProxy(stage, port)).toMatch(/No proxy is trusted at your address/u)
  })

  it("is told by an address, or a range of them", async ({ stage }) => {
    for (const value of ["localhost", "10.0.0.0/33", "10.0.0.1,,10.0.0.2"]) {
      expect(await run(stage, ["serve", "--trust-proxy", value])).toEqual({
        code: 1,
        stdout: "",
        stderr: `--trust-proxy cannot be "${value}": it must be an IP address, or a range such as 10.0.0.0/8; several with commas between.\n`
      })
    }
    expect((await run(stage, ["serve", "--trust-proxy"])).stderr).toBe("--trust-proxy needs a value (see --help)\n")
  })
})
