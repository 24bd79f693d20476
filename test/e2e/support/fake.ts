import * as Net from "node:net"
import { type Program, start } from "./program.ts"
import { listen, Native } from "./raw.ts"
import type { Stage } from "./stage.ts"

/** A server of another make: its port, and its first client. */
export const fakeServer = async (stage: Stage): Promise<{ readonly port: number; readonly client: Promise<Native> }> => {
  const server = Net.createServer({ allowHalfOpen: true })
  const client = new Promise<Native>((resolve) => {
    server.once("connection", (socket) => {
      stage.onEnd(() => {
        socket.destroy()
      })
      const native = new Native(socket)
      native.read()
      resolve(native)
    })
  })
  return { port: await listen(stage, server), client }
}

/** What a server says to let somebody in. */
export const welcome = (name: string): Readonly<Record<string, unknown>> => ({
  _tag: "Welcome",
  seq: 1,
  at: 0,
  room: "lobby",
  you: { id: "m1", name },
  here: 1,
  members: [{ id: "m1", name }],
  server: "another server",
  limits: { lineBytes: 16_384, nameGraphemes: 32, nameBytes: 128 }
})

/** The name in the next `Hello` after the one with `before`. */
export const hello = (server: Native, before?: string): Promise<string> =>
  server.heard.find("A Hello", ({ text }) => {
    const name = /"_tag":"Hello".*"nickname":"([^"]*)"/u.exec(text)?.[1]
    return name === before ? undefined : name
  })

/** Our client at a server of another make. */
interface Visit {
  readonly ours: Program
  readonly port: number
  readonly server: Native
}

/** Starts our client, and waits until it has said which name it wants at a server of another make. */
export const visit = async (stage: Stage, args: ReadonlyArray<string> = ["--name", "ours"]): Promise<Visit & { readonly wanted: string }> => {
  const { client, port } = await fakeServer(stage)
  const ours = start(stage, ["join", "--port", String(port), ...args])
  const server = await client
  return { ours, port, server, wanted: await hello(server) }
}

/** Starts our client with the name `ours`, and waits until it has been let in by a server of another make. */
export const enter = async (stage: Stage, args: ReadonlyArray<string> = []): Promise<Visit> => {
  const visitor = await visit(stage, ["--name", "ours", ...args])
  await visitor.server.send(welcome("ours"))
  await visitor.ours.line(/^Welcome ours!|"_tag":"Welcome"/u)
  return visitor
}
