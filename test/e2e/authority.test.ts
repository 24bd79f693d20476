import { readFileSync, writeFileSync } from "node:fs"
import * as Net from "node:net"
import { join } from "node:path"
import * as Tls from "node:tls"
import { describe, expect } from "vitest"
import { type Authority, type Issued, makeAuthority } from "../support/authority.ts"
import { folder } from "./support/encrypted.ts"
import { serve, start } from "./support/program.ts"
import { listen } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

// What `join` makes of certificates that an authority has signed. The server itself refuses to show one that has ended, so another program speaks TLS in front of it.

/** A port on which TLS is spoken in front of a server, with a certificate that can be replaced. */
const front = async (stage: Stage, first: Issued): Promise<{ readonly port: number; readonly show: (issued: Issued) => void }> => {
  const { port } = await serve(stage)
  const server = Tls.createServer(first, (near) => {
    const far = Net.connect({ host: "127.0.0.1", port })
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.pipe(to)
      from.on("error", () => to.destroy())
      stage.onEnd(() => {
        from.destroy()
      })
    }
  })
  return {
    port: await listen(stage, server),
    show: (issued) => {
      server.setSecureContext(issued)
    }
  }
}

/** A user of `join`, whose Node.js knows an authority: what `join --tls` says, and what is remembered. */
const userOf = (stage: Stage, authority: string) => {
  const home = folder(stage)
  const known = join(home, "brusio", "known_rooms")
  const env = { XDG_CONFIG_HOME: home, NODE_EXTRA_CA_CERTS: join(home, "authority.pem") }
  writeFileSync(env.NODE_EXTRA_CA_CERTS, authority)
  return {
    known,
    remembered: () => readFileSync(known, "utf8").split("\n").slice(1),
    joins: async (port: number) => {
      const program = start(stage, ["join", "--tls", `localhost:${port}`, "--name", "ada", "--reconnect", "off"], { env })
      program.type("hello\n")
      program.endInput()
      const { code } = await program.ended()
      return { code, stderr: program.stderr.text }
    }
  }
}

describe.concurrent("A server whose certificate is signed by an authority that the client knows", () => {
  it("is trusted without a word, with another key too: no fingerprint is remembered, but that an authority vouches for it", async ({ stage }) => {
    const authority = await makeAuthority()
    const { port, show } = await front(stage, await authority.issue())
    const { joins, remembered } = userOf(stage, authority.cert)
    for (let n = 0; n < 2; n += 1) {
      expect(await joins(port)).toEqual({ code: 0, stderr: "" })
      expect(remembered()).toEqual([`localhost:${port} authority`, ""])
      show(await authority.issue())
    }
  })

  it.for([
    ["its authority is another one", "its authority is not known on this machine", async () => (await makeAuthority("Another authority")).issue()],
    ["its authority bears the name of the one that is known", "its signature is not that of its authority", async () => (await makeAuthority()).issue()],
    ["it is for another host", "it is for another name", (authority) => authority.issue({ host: "elsewhere.example" })],
    ["it has ended", "it has ended", (authority) => authority.issue({ from: -3, until: -2 })],
    ["it has not begun", "it has not begun yet", (authority) => authority.issue({ from: 2, until: 3 })]
  ] as const satisfies ReadonlyArray<readonly [string, string, (authority: Authority) => Promise<Issued>]>)(
    "is refused in words once it shows one that is bad: %s; who has not met it is told why the fingerprint alone counts",
    async ([, words, bad], { stage }) => {
      const authority = await makeAuthority()
      const { port, show } = await front(stage, await authority.issue())
      const [friend, stranger] = [userOf(stage, authority.cert), userOf(stage, authority.cert)]
      expect(await friend.joins(port)).toEqual({ code: 0, stderr: "" })
      show(await bad(authority))
      const refused = await friend.joins(port)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain("its certificate is not the one that you know.")
      expect(refused.stderr).toContain(`It shows one for which no authority vouches (${words}), and until now one did. If you know why, take it out (line 2 of ${friend.known}) and join again.`)
      const met = await stranger.joins(port)
      expect(met.code).toBe(0)
      expect(met.stderr).toContain(`You are at localhost:${port} for the first time, and no authority vouches for it (${words}): its certificate has the fingerprint `)
      // Where an authority vouches again, that is as good as the fingerprint, and from then on better.
      show(await authority.issue())
      expect(await stranger.joins(port)).toEqual({ code: 0, stderr: "" })
      expect(stranger.remembered()).toEqual([expect.stringMatching(new RegExp(`^localhost:${port} [\\w-]{43}$`, "u")), `localhost:${port} authority`, ""])
    }
  )
})
