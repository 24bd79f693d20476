import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { retransmittedTo, SocketTables } from "../../../src/net/SocketTables.ts"
import * as Server from "../../../src/server/Server.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { layer, Unacknowledged } from "../../../src/server/session/Unacknowledged.ts"
import { member, next, open, plainMember } from "../../support/room.ts"

const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
const row = (remote: string, retransmits: number, local = "0100007F:63DD") =>
  `   1: ${local} ${remote} 01 00000054:00000000 01:00000A53 ${retransmits.toString(16).toUpperCase().padStart(8, "0")}     0        0 24718 4 0000000057b6fb53 9600 0 0 10 -1\n`

describe("The system's table of connections tells to whom it sends something again and again", () => {
  it.each([
    ["IPv4", row("0100007F:C350", 7), ["127.0.0.1:50000"]],
    ["IPv6", row("B80D0120000000000000000001000000:C351", 1, "B80D0120000000000000000001000000:63DD"), ["[2001:db8::1]:50001"]],
    ["IPv4 in IPv6", row("0000000000000000FFFF00000100007F:0017", 12, "0000000000000000FFFF00000100007F:63DD"), ["127.0.0.1:23"]],
    ["nobody, where all is acknowledged", row("0100007F:C350", 0), []],
    ["all of them", `${row("0100007F:C350", 1)}${row("0100007F:C351", 0)}${row("0200007F:C352", 3)}`, ["127.0.0.1:50000", "127.0.0.2:50002"]],
    ["nobody, where there is no table", "", []]
  ])("%s", (_, rows, addresses) => {
    expect(retransmittedTo(`${heading}${rows}`)).toEqual(addresses)
  })
})

const watching = (tables: () => string) =>
  Effect.map(
    Layer.build(
      layer.pipe(
        Layer.provide(Layer.succeed(SocketTables, Effect.sync(tables))),
        Layer.provide(ServerConfig.layer({ unacknowledgedFor: 30_000 }))
      )
    ),
    (context) => Effect.map(Context.get(context, Unacknowledged).overdue, (overdue) => [...overdue])
  )

it.scoped("A peer is overdue once it has acknowledged nothing for so long, and an acknowledgement starts that anew", () =>
  Effect.gen(function* () {
    let table = row("0100007F:C350", 1)
    const overdue = yield* watching(() => table)
    expect(yield* overdue).toEqual([])
    yield* TestClock.adjust("29 seconds")
    expect(yield* overdue).toEqual([])
    table = row("0100007F:C350", 0)
    yield* TestClock.adjust("5 seconds")
    expect(yield* overdue).toEqual([])
    table = row("0100007F:C350", 1)
    expect(yield* overdue).toEqual([])
    yield* TestClock.adjust("29 seconds")
    expect(yield* overdue).toEqual([])
    yield* TestClock.adjust("1 second")
    expect(yield* overdue).toEqual(["127.0.0.1:50000"])
  })
)

it.scopedLive("A plain client whose system acknowledges nothing is gone, and the room is told; the others stay", () =>
  Effect.gen(function* () {
    let table = ""
    const tables = Layer.succeed(SocketTables, Effect.sync(() => table))
    const room = yield* open(Server.layer({ port: 0, keepaliveEvery: 10, unacknowledgedFor: 50 }).pipe(Layer.provide(tables)))
    const bob = yield* member(room.port, "bob")
    const ada = yield* plainMember(room.port, "ada")
    yield* next(bob, "Joined")
    table = row(`0100007F:${(ada.socket.localPort ?? 0).toString(16).toUpperCase().padStart(4, "0")}`, 4)
    expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" }, code: "lost", reason: "no sign of life" })
  })
)
