import { networkInterfaces } from "node:os"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { commands } from "../../../src/server/operator/Operator.ts"
import { knock, openWindow, statusOf, upgrade, withWindow } from "../../support/operatorWindow.ts"
import { connect, eventually, otherEnd, type Peer } from "../../support/Peer.ts"
import { member, next, opened, plainMember, tell } from "../../support/room.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"

const get = (path: string, host: string, ...more: ReadonlyArray<string>): string => [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...more, "", ""].join("\r\n")

/** What is answered to a request, whole. */
const answered = (peer: Peer, request: string) =>
  Effect.gen(function* () {
    yield* peer.send(request)
    const head = yield* peer.until("an answer", () => {
      const end = peer.unread.indexOf("\r\n\r\n")
      return end < 0 ? undefined : peer.take(end + 4).toString("latin1")
    })
    const length = Number(/content-length: (\d+)/iu.exec(head)?.[1] ?? 0)
    yield* peer.until("its body", () => (peer.unread.length >= length ? true : undefined))
    return { head: head.replace(/^date:.*\r\n/imu, ""), status: Number(head.split(" ")[1]), body: peer.take(length).toString() }
  })

const ask = (port: number, path: string, ...more: ReadonlyArray<string>) =>
  Effect.flatMap(connect(port), (peer) => answered(peer, get(path, `127.0.0.1:${port}`, ...more)))

describe("The operator's window", () => {
  it.scopedLive("opens with a code that is good once, and again with the secret that it got for it", () =>
    Effect.gen(function* () {
      const { desk, port, server } = yield* withWindow()
      const code = yield* desk.code
      const { opened } = yield* openWindow(port, { code })
      expect(opened).toMatchObject({ address: server.address, links: [`http://${server.address}/`], commands })
      const again = yield* knock(port)
      yield* again.tell({ _tag: "Open", code })
      expect((yield* again.next("Denied")).message).toMatch(/^A link to this window is good once, and for 30 seconds: .* --window/u)
      expect(yield* again.closed).toMatchObject({ code: 1008 })
      yield* openWindow(port, { secret: opened.secret })
    })
  )

  it.scopedLive("does not open for a code that is too old, wrong or missing, and says so a second later", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      yield* Effect.gen(function* () {
        const { desk, port, said } = yield* withWindow()
        const code = yield* desk.code
        clock.take(30_000)
        const denied = [{ code }, { code: "AAAAAAAAAAAAAAAAAAAAAA" }, { secret: code }, {}]
        for (const [count, by] of denied.entries()) {
          const window = yield* knock(port)
          yield* window.tell({ _tag: "Open", ...by })
          yield* eventually("the log says so", () => said.filter((line) => line.includes("was not opened")).length > count)
          expect(window.all).toEqual([])
          clock.pass(999)
          yield* Effect.promise(() => new Promise(setImmediate))
          expect(window.peer.unread.length).toBe(0)
          clock.pass(1)
          yield* window.next("Denied")
          expect(yield* window.closed).toEqual({ code: 1008, reason: "neither code nor secret is right" })
          expect(yield* window.peer.closed).toBe("end")
        }
      }).pipe(Effect.withClock(clock))
    })
  )

  it.scopedLive("says to a window of an earlier start of the server that it is one", () =>
    Effect.gen(function* () {
      const { port } = yield* withWindow()
      const window = yield* knock(port)
      yield* window.tell({ _tag: "Open", secret: "AAAAAAAAAAAAAAAAAAAAAA" })
      expect((yield* window.next("Denied")).message).toMatch(/^This window belongs to an earlier start of the server.* --window/u)
    })
  )

  it.scopedLive("waits 5 s for the code, and not for more than sixteen at once", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      yield* Effect.gen(function* () {
        const { port } = yield* withWindow()
        const waiting = yield* Effect.forEach(Array.from({ length: 16 }), () => knock(port))
        // They wait once they have been heard: a ping is answered by whoever waits.
        for (const { peer } of waiting) {
          yield* peer.send(Buffer.from([0x89, 0x80, 0, 0, 0, 0]))
          yield* peer.until("pong", () => (peer.unread.length > 0 ? peer.take(2) : undefined))
        }
        const more = yield* knock(port)
        expect(yield* more.closed).toEqual({ code: 1008, reason: "too many windows are being opened: try again in a moment" })
        clock.pass(5000)
        for (const each of waiting) expect(yield* each.closed).toEqual({ code: 1008, reason: "a window says within 5 s with what it opens" })
      }).pipe(Effect.withClock(clock))
    })
  )

  it.scopedLive("is served to this machine only, with the checks of every request", () =>
    Effect.gen(function* () {
      const { port } = yield* withWindow()
      const host = `127.0.0.1:${port}`
      expect(yield* ask(port, "/operator")).toMatchObject({ status: 200, body: "<!doctype html><title>operator</title>" })
      expect((yield* ask(port, "/operator.html")).status).toBe(404)
      const refused: ReadonlyArray<readonly [string, number]> = [
        [upgrade(host, "Origin: http://evil.example"), 403],
        [upgrade(host, "Origin: null"), 403],
        [upgrade("evil.example"), 421],
        [upgrade(host, `Host: ${host}`), 400],
        [upgrade(host).replace("/operator", "/operator/code"), 404],
        [upgrade(host).replace("Version: 13", "Version: 8"), 426],
        [get("/operator", "evil.example"), 421],
        [get("/operator", host, "Origin: http://evil.example"), 403],
        [get("/operator", host).replace("GET", "POST"), 405]
      ]
      for (const [request, status] of refused) {
        const peer = yield* connect(port)
        yield* peer.send(request)
        expect(yield* statusOf(peer), request).toBe(status)
      }
      yield* connect(port).pipe(
        Effect.tap((peer) => peer.send(upgrade(host, `Origin: http://${host}`))),
        Effect.flatMap(statusOf),
        Effect.map((status) => { expect(status).toBe(101) })
      )
    })
  )

  it.scopedLive("is no page at all on a server without it: the answer is that of any unknown path", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      for (const path of ["/operator", "/operator/code"]) expect(yield* ask(port, path)).toEqual(yield* ask(port, "/unknown"))
      const [one, other] = [yield* connect(port), yield* connect(port)]
      expect(yield* answered(one, upgrade(`127.0.0.1:${port}`))).toEqual(yield* answered(other, upgrade(`127.0.0.1:${port}`).replace("/operator", "/unknown")))
    })
  )

  const [elsewhere] = Object.values(networkInterfaces()).flatMap((all = []) => all).filter(({ family, internal }) => family === "IPv4" && !internal)
  if (elsewhere === undefined) console.log("Skipped: this machine has no address but the loopback's, so nobody can come from another")

  it.runIf(elsewhere !== undefined)("is no page at all for those who come from another address, or through a proxy", () =>
    Effect.gen(function* () {
      const address = elsewhere?.address ?? ""
      const { desk, port } = yield* withWindow({ host: "0.0.0.0" })
      const code = yield* desk.code
      for (const [request, unknown] of [
        [get("/operator", `${address}:${port}`), get("/unknown", `${address}:${port}`)],
        [get("/operator/code", `${address}:${port}`, `Authorization: Bearer ${desk.key}`), get("/unknown", `${address}:${port}`)],
        [upgrade(`${address}:${port}`), upgrade(`${address}:${port}`).replace("/operator", "/unknown")]
      ] as const) {
        const [one, other] = [yield* connect(port, address), yield* connect(port, address)]
        expect(yield* answered(one, request)).toEqual(yield* answered(other, unknown))
      }
      // A proxy on this machine brings people from everywhere, and one elsewhere may say anything.
      const behind = yield* withWindow({ host: "0.0.0.0", trustProxy: ["127.0.0.2", address] })
      for (const [proxy, client, status] of [["127.0.0.2", "192.0.2.7", 404], [address, "127.0.0.1", 404], ["127.0.0.2", "127.0.0.1", 200]] as const) {
        const proxied = yield* connect(behind.port, proxy)
        yield* proxied.send(`PROXY TCP4 ${client} 192.0.2.1 4000 25565\r\n`)
        expect((yield* answered(proxied, get("/operator", `127.0.0.1:${behind.port}`))).status).toBe(status)
      }
      yield* openWindow(port, { code })
    }).pipe(Effect.scoped, Effect.runPromise)
  )

  it.scopedLive("is brought back by whoever has the key, who is given a code", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow()
      const unknown = yield* ask(port, "/unknown")
      expect(yield* ask(port, "/operator/code")).toEqual(unknown)
      expect(yield* ask(port, "/operator/code", "Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAA")).toEqual(unknown)
      const { body, head, status } = yield* ask(port, "/operator/code", `Authorization: Bearer ${desk.key}`)
      expect(status).toBe(200)
      expect(head).toContain("cache-control: no-store")
      yield* openWindow(port, { code: body.trim() })
    })
  )

  it.scopedLive("shows what was before it opened, what happens, who is there, and how things are", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow()
      const ada = yield* member(port, "ada")
      yield* plainMember(port, "bob")
      yield* tell(ada, { _tag: "Say", text: "before" })
      yield* next(ada, "Said")
      // A browser that has loaded a page keeps its connection for a while.
      const browser = yield* connect(port)
      yield* browser.send(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
      expect(yield* statusOf(browser)).toBe(200)
      const window = yield* openWindow(port, { code: yield* desk.code })
      const first = yield* window.next("People")
      expect(first.total).toBe(2)
      expect(first.people.map(({ client, name }) => [name, client])).toEqual([["ada", "terminal"], ["bob", "plain"]])
      for (const { address } of first.people) expect(address).toMatch(/^127\.0\.0\.1:\d+$/u)
      expect(yield* window.line("ada: before")).toMatchObject({ level: "info", event: "said", fields: { name: "ada", text: "before" } })
      yield* tell(ada, { _tag: "Say", text: "after" }, { _tag: "Rename", nickname: "eve" })
      yield* window.line("ada: after")
      yield* window.line(/^ada is now called eve/u)
      const renamed = yield* window.next("People")
      expect(renamed.people.map(({ id, name }) => [id, name])).toEqual([[first.people[0]?.id, "eve"], [first.people[1]?.id, "bob"]])
      const status = yield* window.next("Status")
      // The window itself is nobody, and no connection of the room; nobody is behind the browser's either.
      expect(status).toMatchObject({ people: 2, connections: 2 })
      expect(status.memory).toBeGreaterThan(1e6)
      expect(status.uptime).toBeGreaterThan(0)
      const statuses = window.all.filter(({ _tag }) => _tag === "Status")
      expect(statuses.reduce((sum, each) => sum + (each._tag === "Status" ? each.messages : 0), 0)).toBeLessThanOrEqual(2)
    })
  )

  it.scopedLive("speaks as the console does; two windows see the same, and so does the console", () =>
    Effect.gen(function* () {
      const { desk, port, said } = yield* withWindow()
      const ada = yield* member(port, "ada")
      const one = yield* openWindow(port, { code: yield* desk.code })
      const other = yield* openWindow(port, { secret: one.opened.secret })
      yield* one.tell({ _tag: "Type", text: "dinner at seven" })
      expect(yield* next(ada, "Notice")).toMatchObject({ text: "dinner at seven" })
      for (const window of [one, other]) yield* window.line(/dinner at seven$/u)
      yield* other.tell({ _tag: "Type", text: "/who" })
      for (const window of [one, other]) expect(yield* window.line("Here: ada (1)")).toMatchObject({ event: "console" })
      expect(said).toContain("info Here: ada (1)")
    })
  )

  it.scopedLive("is told of all rooms, and speaks in the one that it has chosen, whatever another window has", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow()
      const ada = yield* member(port, "ada")
      yield* tell(ada, { _tag: "Enter", room: "dev" }, { _tag: "Hide", room: "dev" })
      yield* next(ada, "Moderated")
      const one = yield* openWindow(port, { code: yield* desk.code })
      const other = yield* openWindow(port, { secret: one.opened.secret })
      expect(yield* one.next("People", ({ people }) => people.length === 1)).toMatchObject({ people: [{ name: "ada", rooms: ["lobby", "dev"] }] })
      expect(yield* one.next("Rooms")).toMatchObject({ total: 2, rooms: [{ room: "dev", here: 1, locked: false, hidden: true }, { room: "lobby", here: 1, hidden: false }] })
      yield* one.tell({ _tag: "Choose", room: "DEV" })
      expect(yield* one.next("Chosen")).toEqual({ _tag: "Chosen", room: "dev" })
      yield* one.tell({ _tag: "Type", text: "only there" })
      expect(yield* next(ada, "Notice")).toMatchObject({ room: "dev", text: "only there" })
      yield* other.tell({ _tag: "Type", text: "to all" })
      expect(yield* next(ada, "Notice")).toMatchObject({ room: "lobby", text: "to all" })
      yield* one.tell({ _tag: "Type", text: "/topic plans" })
      expect(yield* one.next("Rooms", ({ rooms }) => rooms[0]?.topic === "plans")).toMatchObject({ total: 2 })
      yield* one.tell({ _tag: "Type", text: "/room" })
      expect(yield* one.next("Chosen")).toEqual({ _tag: "Chosen" })
      yield* tell(ada, { _tag: "Exit", room: "dev" })
      expect(yield* one.next("Rooms", ({ total }) => total === 1)).toMatchObject({ rooms: [{ room: "lobby" }] })
    })
  )

  it.scopedLive("sends somebody away, whatever they are called by now, and the room is told why", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow()
      const ada = yield* member(port, "ada")
      const bob = yield* member(port, "bob")
      const window = yield* openWindow(port, { code: yield* desk.code })
      const { people } = yield* window.next("People")
      const id = people.find(({ name }) => name === "bob")?.id ?? ""
      yield* tell(bob, { _tag: "Rename", nickname: "eve" })
      yield* next(bob, "Renamed")
      yield* window.tell({ _tag: "Remove", id, reason: "too loud" })
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "eve" }, code: "removed", reason: "removed: too loud" })
      expect(yield* next(bob, "Goodbye")).toMatchObject({ reason: "removed: too loud" })
      yield* window.tell({ _tag: "Remove", id })
      yield* window.line("Whoever that was has left already.")
    })
  )

  it.scopedLive("is closed, and no other, when it sends what is not understood", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow()
      const other = yield* openWindow(port, { code: yield* desk.code })
      const { secret } = other.opened
      const notUnderstood = { code: 1008, reason: "this message is none of an operator's window: see docs/wire/operator.md" }
      for (const text of ["", "hello", "[]", `{"_tag":"Shout","text":"hi"}`, `{"_tag":"Type"}`, `{"_tag":"Type","text":1}`, "[".repeat(10_000)]) {
        const window = yield* openWindow(port, { secret })
        yield* window.text(text)
        expect(yield* window.closed).toEqual(notUnderstood)
      }
      const binary = yield* openWindow(port, { secret })
      yield* binary.binary(Buffer.from(`{"_tag":"Type","text":"hi"}`))
      expect((yield* binary.closed).reason).toBe("a message of an operator's window is text, not binary")
      const huge = yield* openWindow(port, { secret })
      yield* huge.text(JSON.stringify({ _tag: "Type", text: "x".repeat(70_000) }))
      expect(yield* huge.closed).toEqual({ code: 1009, reason: "a message was far too long" })
      const unmasked = yield* openWindow(port, { secret })
      yield* unmasked.peer.send(Buffer.from([0x81, 0x02, 0x7b, 0x7d]))
      expect((yield* unmasked.closed).code).toBe(1002)
      const twice = yield* openWindow(port, { secret })
      yield* twice.tell({ _tag: "Open", secret })
      expect((yield* twice.closed).reason).toBe("this window is open already")
      const early = yield* knock(port)
      yield* early.tell({ _tag: "Type", text: "hi" })
      expect((yield* early.closed).reason).toBe("the first message of a window is Open")
      yield* other.tell({ _tag: "Type", text: "still here" })
      yield* other.line(/still here$/u)
    })
  )

  it.scopedLive("opens also where the room is full, takes no place in it, and nothing else is served there", () =>
    Effect.gen(function* () {
      const { desk, port } = yield* withWindow({ maxClients: 2 })
      for (let count = 0; count < 3; count += 1) yield* openWindow(port, { code: yield* desk.code })
      yield* member(port, "ada")
      const bob = yield* member(port, "bob")
      expect((yield* ask(port, "/operator")).body).toContain("<title>operator</title>")
      expect((yield* ask(port, "/operator.ABCDEFGH.js")).status).toBe(200)
      for (const path of ["/", "/ready", "/unknown"]) expect(yield* ask(port, path)).toMatchObject({ status: 503, body: "The room is full (2 at most): try again later.\n" })
      const chat = yield* connect(port)
      expect((yield* answered(chat, upgrade(`127.0.0.1:${port}`).replace("/operator", "/"))).status).toBe(503)
      const window = yield* openWindow(port, { code: yield* desk.code })
      const second = yield* openWindow(port, { secret: window.opened.secret })
      yield* bob.end
      yield* window.line(/^bob left/u)
      yield* second.line(/^bob left/u)
      yield* member(port, "cleo")
    })
  )

  it.scopedLive("closes the room 5 s after it was closed, unless it comes back, and says so", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      yield* Effect.gen(function* () {
        const { desk, port, said, server } = yield* withWindow()
        const first = yield* openWindow(port, { code: yield* desk.code })
        const second = yield* openWindow(port, { secret: first.opened.secret })
        yield* first.close
        expect(yield* first.closed).toMatchObject({ code: 1000 })
        yield* second.close
        const warned = (going: string, seconds: number, count: number) =>
          eventually("it is said", () => said.filter((line) => line === `info The operator's window was ${going}: the room closes in ${seconds} s unless it is opened again`).length === count)
        yield* warned("closed", 5, 1)
        clock.pass(4999)
        const third = yield* openWindow(port, { secret: first.opened.secret })
        yield* third.next("Staying")
        yield* third.line("The operator's window is back: the room stays open")
        clock.pass(5000)
        third.peer.socket.resetAndDestroy()
        yield* warned("lost", 60, 1)
        clock.pass(59_999)
        const fourth = yield* openWindow(port, { secret: first.opened.secret })
        yield* fourth.next("Staying")
        yield* fourth.close
        yield* warned("closed", 5, 2)
        clock.pass(5000)
        expect(yield* server.closing).toEqual({ reason: "its operator closed the window", asked: true })
      }).pipe(Effect.withClock(clock))
    })
  )

  it.scopedLive("is told why the room closes, and what happened until then", () =>
    Effect.gen(function* () {
      const { close, desk, port } = yield* withWindow()
      const window = yield* openWindow(port, { code: yield* desk.code })
      const waiting = yield* knock(port)
      yield* close("the end")
      expect(yield* window.next("Closing")).toEqual({ _tag: "Closing", reason: "the end" })
      expect(yield* window.closed).toEqual({ code: 1001, reason: "the end" })
      expect(yield* window.peer.closed).toBe("end")
      expect(yield* waiting.closed).toEqual({ code: 1001, reason: "the end" })
    })
  )

  it.scopedLive("that reads nothing slows nobody, holds no more than is kept, and is told what it has missed", () =>
    Effect.gen(function* () {
      const { desk, port, said } = yield* withWindow()
      const ada = yield* member(port, "ada")
      const bob = yield* member(port, "bob")
      const window = yield* openWindow(port, { code: yield* desk.code })
      const server = otherEnd(window.peer)
      yield* window.peer.pause
      const text = "x".repeat(10_000)
      // More than the system takes for a window that does not read, and then so many that most are not kept.
      let count = 0
      let held = 0
      while (held < 20) {
        yield* tell(ada, ...Array.from({ length: 50 }, () => ({ _tag: "Say", text: `${(count += 1)} ${text}` }) as const))
        yield* next(bob, "Said", (event) => event.text.startsWith(`${count} `))
        if ((server?.writableLength ?? 0) > 65_536) held += 1
        // It holds what was being written when it fell behind, and nothing more.
        expect(server?.writableLength ?? 0).toBeLessThan(3_000_000)
      }
      yield* tell(ada, ...Array.from({ length: 1500 }, () => ({ _tag: "Say", text: `${(count += 1)}` }) as const))
      yield* next(bob, "Said", (event) => event.text === String(count))
      yield* eventually("the console has all of it", () => said.some((line) => line.includes(`ada: ${count}`)))
      yield* window.peer.resume
      yield* window.line(`ada: ${count}`)
      const lines = window.all.filter((message) => message._tag === "Line" && message.event === "said").length
      const skipped = window.all.reduce((sum, message) => sum + (message._tag === "Skipped" ? message.count : 0), 0)
      expect(skipped).toBeGreaterThan(500)
      expect(lines + skipped).toBeGreaterThanOrEqual(count)
      // Besides what was said: who came, and that the window is open.
      expect(lines + skipped - count).toBeLessThan(10)
    })
  , 60_000)
})
