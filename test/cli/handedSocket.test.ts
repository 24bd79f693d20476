import { afterEach, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { handedSocket } from "../../src/cli/serve/handedSocket.ts"

const names = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as const
const own = String(process.pid)

const handed = (pid: string | undefined, count: string | undefined) => {
  if (pid !== undefined) process.env["LISTEN_PID"] = pid
  if (count !== undefined) process.env["LISTEN_FDS"] = count
  process.env["LISTEN_FDNAMES"] = "room"
  return Effect.runSync(Effect.either(Effect.mapError(handedSocket, ({ message }) => message)))
}

afterEach(() => {
  for (const name of names) Reflect.deleteProperty(process.env, name)
})

describe("The variables of a socket that is handed over", () => {
  it.each<readonly [string | undefined, string | undefined, object]>([
    [own, "1", { right: 3 }],
    [own, "0", { right: undefined }],
    [own, undefined, { right: undefined }],
    [undefined, "1", { right: undefined }],
    ["1", "1", { right: undefined }],
    ["1", "2", { right: undefined }],
    [own, "2", { left: `LISTEN_FDS cannot be "2": it must be 1, as a room has one port: hand over one listening socket.` }],
    [own, "x", { left: `LISTEN_FDS cannot be "x": it must be 1, as a room has one port: hand over one listening socket.` }]
  ])("LISTEN_PID %s, LISTEN_FDS %s: read, and unset for all that is started from here", (pid, count, expected) => {
    expect(handed(pid, count)).toMatchObject(expected)
    expect(names.filter((name) => process.env[name] !== undefined)).toEqual([])
  })
})
