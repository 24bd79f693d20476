import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { Receiver, Sender } from "ws"
import type { Event } from "../../../../src/domain/Event.ts"
import { decodeLine } from "../../../../src/domain/wire/Ndjson.ts"
import { SiteFolder } from "../../../../src/server/door/http/Site.ts"
import * as Server from "../../../../src/server/Server.ts"
import type { ServerOptions } from "../../../../src/server/ServerConfig.ts"
import { connect, type Peer } from "../../../support/Peer.ts"
import { member, next, open, plainMember, tell } from "../../../support/room.ts"

const script = "console.log(1)\n".repeat(100)

/** A server with a small page. */
const opened = (config: Partial<ServerOptions> = {}) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "page-"))),
      (path) => Effect.sync(() => { rmSync(path, { recursive: true }) })
    )
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>")
    writeFileSync(join(folder, "main.ABCDEFGH.js"), script)
    writeFileSync(join(folder, "main.ABCDEFGH.js.gz"), gzipSync(script))
    writeFileSync(join(folder, "secret.txt"), "not a part of the page")
    return yield* open(Server.layer({ port: 0, rateLimit: undefined, ...config }).pipe(Layer.provide(Layer.succeed(SiteFolder, pathToFileURL(`${folder}/`)))))
  })

interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** The next answer on a connection; `undefined` once the connection has ended without one. */
const answer = (peer: Peer): Effect.Effect<Answer | undefined> =>
  Effect.gen(function* () {
    const end = yield* peer.until("the head of an answer", () => {
      const found = peer.unread.indexOf("\r\n\r\n")
      return found >= 0 ? { found } : peer.ended === undefined ? undefined : { found: -1 }
    })
    if (end.found < 0) return undefined
    const [first = "", ...lines] = peer.take(end.found + 4).toString("latin1").trimEnd().split("\r\n")
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]))
    const length = Number(headers.get("content-length") ?? 0)
    // The answer to a HEAD has none, and neither has a 304.
    yield* peer.until("the body", () => (peer.unread.length >= length || peer.ended !== undefined ? true : undefined))
    return { status: Number(first.split(" ")[1]), headers, body: peer.take(length) }
  })

/** Comes in as a member, as soon as there is a place. */
const eventuallyIn = (port: number): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const peer = yield* connect(port)
      yield* peer.send("late\n")
      return yield* peer.line
    })
  ).pipe(Effect.repeat({ until: (line) => line.startsWith("Welcome late!"), schedule: Schedule.spaced("20 millis") }), Effect.timeout("10 seconds"), Effect.orDie, Effect.asVoid)

const ask = (port: number, lines: ReadonlyArray<string>, from?: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port, from)
    yield* peer.send(`${lines.join("\r\n")}\r\n\r\n`)
    return { peer, first: yield* answer(peer) }
  })

/** What every answer says to a browser. */
const expectGuarded = (answered: Answer | undefined) => {
  const headers = answered?.headers ?? new Map<string, string>()
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; manifest-src 'self'; worker-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types brusio"
  )
  expect(headers.get("x-content-type-options")).toBe("nosniff")
  expect(headers.get("x-frame-options")).toBe("DENY")
  expect(headers.get("referrer-policy")).toBe("no-referrer")
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin")
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin")
  expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([])
}

const host = (port: number) => `Host: 127.0.0.1:${port}`
const upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"]

/** A member who speaks WebSocket. */
const webMember = (port: number, nickname: string) =>
  Effect.gen(function* () {
    const { first, peer } = yield* ask(port, ["GET / HTTP/1.1", host(port), ...upgrade])
    expect(first?.status).toBe(101)
    const events: Array<Event> = []
    let closed: number | undefined
    const receiver = new Receiver({ isServer: false, maxPayload: 0, maxFragments: 0, maxBufferedChunks: 0 })
    receiver.on("message", (data: Buffer) => {
      const event = decodeLine(data)
      if (event !== undefined) events.push(event)
    })
    receiver.on("conclude", (code) => {
      closed = code
    })
    const send = (message: object) =>
      peer.send(Buffer.concat(Sender.frame(Buffer.from(JSON.stringify(message)), { fin: true, opcode: 1, mask: true, readOnly: true, rsv1: false })))
    const until = (kind: Event["_tag"]) =>
      peer.until(kind, () => {
        receiver.write(peer.take(peer.unread.length))
        return events.find(({ _tag }) => _tag === kind)
      })
    yield* send({ _tag: "Hello", v: 1, nickname })
    yield* until("Welcome")
    return { peer, send, until, closeCode: () => closed }
  })

describe("The page on the port", () => {
  it.scopedLive("is served, compressed where the client takes that, and said to be unchanged where it is", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { first: page } = yield* ask(port, ["GET / HTTP/1.1", host(port)])
      expect(page?.status).toBe(200)
      expect(page?.headers.get("content-type")).toBe("text/html; charset=utf-8")
      expect(page?.headers.get("cache-control")).toBe("no-cache")
      expect(page?.body.toString()).toContain("<title>page</title>")
      const tag = page?.headers.get("etag") ?? ""
      expect((yield* ask(port, ["GET / HTTP/1.1", host(port), `If-None-Match: ${tag}`])).first?.status).toBe(304)
      const { first: packed } = yield* ask(port, ["GET /main.ABCDEFGH.js HTTP/1.1", host(port), "Accept-Encoding: gzip, br;q=0"])
      expect(packed?.headers.get("content-encoding")).toBe("gzip")
      expect(packed?.headers.get("cache-control")).toContain("immutable")
      const { first: whole } = yield* ask(port, ["GET /main.ABCDEFGH.js HTTP/1.1", host(port), "Accept-Encoding: gzip;q=0"])
      expect(whole?.body.toString()).toBe(script)
    })
  )

  it.scopedLive("answers several requests on one connection", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const peer = yield* connect(port)
      for (const path of ["/", "/health", "/none", "/"]) {
        yield* peer.send(`GET ${path} HTTP/1.1\r\n${host(port)}\r\n\r\n`)
        expect((yield* answer(peer))?.status).toBe(path === "/none" ? 404 : 200)
      }
    })
  )

  it.scopedLive("keeps a connection for a hundred requests", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const peer = yield* connect(port)
      for (let n = 1; n <= 100; n += 1) {
        yield* peer.send(`GET /health HTTP/1.1\r\n${host(port)}\r\n\r\n`)
        const answered = yield* answer(peer)
        expect(answered?.status).toBe(200)
        expect(answered?.headers.get("connection")).toBe(n === 100 ? "close" : "keep-alive")
      }
      expect(yield* peer.closed).toBe("end")
    })
  )

  it.scopedLive("waits five seconds for a request, and for the next", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const slow = (sent: string) =>
        Effect.gen(function* () {
          const peer = yield* connect(port)
          const from = performance.now()
          yield* peer.send(sent)
          const first = yield* answer(peer)
          expect(yield* peer.closed).toBe("end")
          return { first, took: performance.now() - from }
        })
      const dribble = Effect.gen(function* () {
        const peer = yield* connect(port)
        const from = performance.now()
        yield* peer.send(`GET / HTTP/1.1\r\n${host(port)}\r\n`)
        yield* peer.send("X: y\r\n").pipe(Effect.zipRight(Effect.sleep(500)), Effect.forever, Effect.forkScoped)
        const first = yield* answer(peer)
        return { first, took: performance.now() - from }
      })
      const [begun, trickling, idle] = yield* Effect.all(
        [slow(`GET / HTTP/1.1\r\n${host(port)}\r\n`), dribble, slow(`GET /health HTTP/1.1\r\n${host(port)}\r\n\r\n`)],
        { concurrency: "unbounded" }
      )
      expect(begun.first?.status).toBe(408)
      expect(trickling.first?.status).toBe(408)
      expect(idle.first?.status).toBe(200)
      for (const { took } of [begun, trickling, idle]) {
        expect(took).toBeGreaterThan(4900)
        expect(took).toBeLessThan(12_000)
      }
    })
  )

  it.scopedLive("has policies in every answer that a browser shows", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { first: page } = yield* ask(port, ["GET / HTTP/1.1", host(port)])
      const requests: ReadonlyArray<readonly [number, ReadonlyArray<string>]> = [
        [200, ["GET / HTTP/1.1", host(port)]],
        [200, ["HEAD / HTTP/1.1", host(port), "Connection: close"]],
        [304, ["GET / HTTP/1.1", host(port), `If-None-Match: ${page?.headers.get("etag") ?? ""}`]],
        [200, ["GET /main.ABCDEFGH.js HTTP/1.1", host(port), "Accept-Encoding: gzip"]],
        [200, ["GET /health HTTP/1.1", host(port)]],
        [404, ["GET /none HTTP/1.1", host(port)]],
        [405, ["POST / HTTP/1.1", host(port)]],
        [421, ["GET / HTTP/1.1", "Host: evil.example"]],
        [403, ["GET / HTTP/1.1", host(port), "Origin: http://evil.example"]],
        [400, ["GET / HTTP/1.1"]],
        [400, ["GET / HTTP/1.1", "no header"]],
        [431, ["GET / HTTP/1.1", host(port), `X: ${"x".repeat(9000)}`]],
        [403, ["GET / HTTP/1.1", host(port), "Origin: http://evil.example", ...upgrade]],
        [426, ["GET / HTTP/1.1", host(port), ...upgrade.slice(0, 3), "Sec-WebSocket-Version: 8"]]
      ]
      for (const [status, lines] of requests) {
        const { first } = yield* ask(port, [...lines, "Access-Control-Request-Method: GET"])
        expect(first?.status, lines.join()).toBe(status)
        expectGuarded(first)
      }
    })
  )

  const hostile: ReadonlyArray<readonly [string, (port: number) => string, ReadonlyArray<number>]> = [
    ["a page that was rebound", () => "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", [421]],
    ["a rebound page that posts", () => "POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhi all\nbye\n", [421]],
    ["another site's page", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nOrigin: http://evil.example\r\n\r\n`, [403]],
    ["a page without an origin of its own", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nOrigin: null\r\n\r\n`, [403]],
    ["a form of another site", (port) => `POST / HTTP/1.1\r\n${host(port)}\r\nOrigin: http://evil.example\r\nContent-Length: 11\r\n\r\nhi all\nbye\n`, [403]],
    ["two hosts", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\n${host(port)}\r\n\r\n`, [400]],
    ["no host", () => "GET / HTTP/1.1\r\n\r\n", [400]],
    ["no host, in the old version", () => "GET / HTTP/1.0\r\n\r\n", [400]],
    ["two lengths", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
    ["a body", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nContent-Length: 6\r\n\r\nhello\n`, [400]],
    ["an absolute address", (port) => `GET http://127.0.0.1:${port}/ HTTP/1.1\r\n${host(port)}\r\n\r\n`, [400]],
    ["a bare line feed in a header", (port) => `GET / HTTP/1.1\r\n${host(port)}\nX: a\r\n\r\n`, [400]],
    ["two different lengths", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello`, [400]],
    ["a rebound page with a method of its own", () => "foo /x HTTP/1.1\r\nHost: evil.example\r\n\r\nhi all\nbye\n", [400]],
    ["bare line feeds", (port) => `GET / HTTP/1.1\n${host(port)}\n\n`, [400]],
    ["a line folded", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nX: a\r\n b\r\n\r\n`, [200, 400]],
    ["headers too large", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\nX: ${"x".repeat(9000)}\r\n\r\n`, [431]],
    ["no path", (port) => `OPTIONS /.. HTTP/1.1\r\n${host(port)}\r\n\r\n`, [405]],
    ["a path above the page", (port) => `GET /../secret.txt HTTP/1.1\r\n${host(port)}\r\n\r\n`, [404]],
    ["a file beside the page", (port) => `GET /secret.txt HTTP/1.1\r\n${host(port)}\r\n\r\n`, [404]],
    ["what only this machine's operator has", (port) => `GET /operator HTTP/1.1\r\n${host(port)}\r\n\r\n`, [404]],
    ["a chat behind a request", (port) => `GET / HTTP/1.1\r\n${host(port)}\r\n\r\nhello all\nbye\n`, [200, 400]]
  ]

  it.scopedLive("lets nobody in who comes by HTTP", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* member(port, "ada")
      for (const [what, request, statuses] of hostile) {
        const peer = yield* connect(port)
        yield* peer.send(request(port))
        expect(statuses, what).toContain((yield* answer(peer))?.status)
        // Whatever follows on the connection goes to HTTP, too.
        yield* peer.send("eve\nhello all\n")
      }
      const upgrades: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<number>]> = [
        ["another site's page", ["GET / HTTP/1.1", host(port), "Origin: http://evil.example", ...upgrade], [403]],
        ["a rebound page", ["GET / HTTP/1.1", "Host: evil.example", "Origin: http://evil.example", ...upgrade], [421]],
        ["two hosts", ["GET / HTTP/1.1", host(port), host(port), ...upgrade], [400]],
        ["elsewhere", ["GET /operator HTTP/1.1", host(port), ...upgrade], [404]],
        ["no key", ["GET / HTTP/1.1", host(port), "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"], [400]],
        ["an old version", ["GET / HTTP/1.1", host(port), ...upgrade.slice(0, 3), "Sec-WebSocket-Version: 8"], [426]],
        ["a tunnel", [`CONNECT 127.0.0.1:${port} HTTP/1.1`, host(port)], [400, 405]]
      ]
      for (const [what, lines, statuses] of upgrades) {
        const { first, peer } = yield* ask(port, lines)
        expect(statuses, what).toContain(first?.status)
        expect(yield* peer.closed, what).toBe("end")
      }
      // Of all that, the room was told nothing.
      yield* tell(ada, { _tag: "Say", text: "still here" })
      expect(yield* next(ada, "Said")).toMatchObject({ seq: 2, text: "still here" })
    })
  )

  it.scopedLive("passes over the offer of another protocol, with a body too, and the connection goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ hookToken: Redacted.make("0123456789abcdef") })
      const offer = [host(port), "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"]
      const { first, peer } = yield* ask(port, ["GET / HTTP/1.1", ...offer])
      expect(first).toMatchObject({ status: 200 })
      expect(first?.body.toString()).toContain("<title>page</title>")
      yield* peer.send(`${["GET /health HTTP/1.1", ...offer].join("\r\n")}\r\n\r\n`)
      expect(yield* answer(peer)).toMatchObject({ status: 200 })
      const saying = ["POST /rooms/lobby HTTP/1.1", ...offer, "Authorization: Bearer 0123456789abcdef", "Content-Length: 5", "", "hello"].join("\r\n")
      yield* peer.send(saying)
      expect(yield* answer(peer)).toMatchObject({ status: 201 })
      // What the client wants of its connection besides is kept.
      yield* peer.send(`${["GET /health HTTP/1.1", ...offer.map((line) => line.replace("Upgrade, ", "Upgrade, close, "))].join("\r\n")}\r\n\r\n`)
      expect(yield* answer(peer)).toMatchObject({ status: 200 })
      expect(yield* peer.closed).toBe("end")
    })
  )

  it.scopedLive("says so where something is expected of it that it cannot do", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { first, peer } = yield* ask(port, ["GET / HTTP/1.1", host(port), "Expect: wonders"])
      expect(first?.status).toBe(417)
      expect(first?.body.toString()).toBe("Nothing but 100-continue can be expected of this server.\n")
      expect(yield* peer.closed).toBe("end")
    })
  )

  it.scopedLive("tells whoever finds no place why, and when to try again, also who asks for a WebSocket", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxClients: 1 })
      yield* member(port, "ada")
      for (const request of [["GET / HTTP/1.1", host(port)], ["GET /ready HTTP/1.1", host(port)], ["GET / HTTP/1.1", host(port), ...upgrade]]) {
        const { first, peer } = yield* ask(port, request)
        expect(first?.status).toBe(503)
        expect(first?.body.toString()).toBe("The room is full (1 at most): try again later.\n")
        expect(first?.headers.get("retry-after")).toMatch(/^\d+$/u)
        expectGuarded(first)
        expect(yield* peer.closed).toBe("end")
      }
      const { port: narrow } = yield* opened({ maxClientsPerAddress: 1 })
      yield* member(narrow, "ada")
      expect((yield* ask(narrow, ["GET / HTTP/1.1", host(narrow)])).first?.body.toString()).toContain("Too many come from your address (1 at most)")
    })
  )

  it.scopedLive("takes no place in the room while somebody only looks at it: that takes a WebSocket, where there is one", () =>
    Effect.gen(function* () {
      for (const limit of [{ maxClients: 1 }, { maxClientsPerAddress: 1 }]) {
        const { port } = yield* opened(limit)
        const looks = () =>
          Effect.gen(function* () {
            const { first, peer } = yield* ask(port, ["GET /health HTTP/1.1", host(port)])
            expect(first?.status).toBe(200)
            return peer
          })
        const opens = (peer: Peer) => Effect.zipRight(peer.send(`${["GET / HTTP/1.1", host(port), ...upgrade].join("\r\n")}\r\n\r\n`), answer(peer))
        const [one, two, three] = [yield* looks(), yield* looks(), yield* looks()]
        const ada = yield* plainMember(port, "ada")
        // What is looked at already is served on.
        yield* one.send(`GET / HTTP/1.1\r\n${host(port)}\r\n\r\n`)
        expect((yield* answer(one))?.status).toBe(200)
        const refused = yield* opens(two)
        expect(refused?.status).toBe(503)
        expect(refused?.body.toString()).toMatch(/^(?:The room is full|Too many come from your address) \(1 at most\)/u)
        expect(yield* two.closed).toBe("end")
        yield* ada.send("{quit}\n")
        expect(yield* ada.closed).toBe("end")
        expect((yield* opens(three))?.status).toBe(101)
        // Now it is a client like others, and gives its place back when it goes.
        expect((yield* ask(port, ["GET /ready HTTP/1.1", host(port)])).first?.status).toBe(503)
        three.socket.destroy()
        yield* eventuallyIn(port)
      }
    })
  )

  it.scopedLive("lets only so many look at it without a place: more of them have one, as clients do, and give it back", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxClients: 1, maxTurnedAway: 3 })
      const ask1 = ask(port, ["GET /health HTTP/1.1", host(port)])
      const [first, second] = [yield* ask1, yield* ask1]
      expect([first.first?.status, second.first?.status]).toEqual([200, 200])
      expect((yield* ask(port, ["GET /ready HTTP/1.1", host(port)])).first?.status).toBe(503)
      second.peer.socket.destroy()
      yield* eventuallyIn(port)
    })
  )

  it.scopedLive("turns a visit into a member, who talks with all others", () =>
    Effect.gen(function* () {
      const { close, port } = yield* opened()
      const bob = yield* plainMember(port, "bob")
      const web = yield* webMember(port, "web")
      expect(yield* bob.line).toBe("web has joined the chat!")
      yield* web.send({ _tag: "Say", text: "hello" })
      expect(yield* bob.line).toBe("web: hello")
      yield* bob.send("hi web\n")
      expect(yield* web.until("Said")).toMatchObject({ text: "hello" })
      yield* close("the end")
      yield* web.until("Goodbye")
      expect(yield* web.peer.closed).toBe("end")
      expect(web.closeCode()).toBe(1001)
    })
  )

  it.scopedLive("is a member gone, and the room told, when a tab is closed", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* plainMember(port, "bob")
      const web = yield* webMember(port, "web")
      yield* bob.line
      yield* web.peer.send(Buffer.concat(Sender.frame(Buffer.from([0x03, 0xe9]), { fin: true, opcode: 8, mask: true, readOnly: true, rsv1: false })))
      expect(yield* bob.line).toBe("web has left the chat. (connection closed)")
      expect(yield* web.peer.closed).toBe("end")
    })
  )

  it.scopedLive("closes while somebody looks at it, and nothing of the chat lands in an answer", () =>
    Effect.gen(function* () {
      const { close, port } = yield* opened()
      const peer = yield* connect(port)
      yield* peer.send(`GET /health HTTP/1.1\r\n${host(port)}\r\n\r\n`)
      expect((yield* answer(peer))?.status).toBe(200)
      yield* close("the end")
      expect(yield* peer.rest).toBe("")
    })
  )

  it.scopedLive("does not greet the spare connections of a browser, and greets everybody elsewhere", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ greetAfter: 1 })
      yield* ask(port, ["GET / HTTP/1.1", host(port)], "127.0.0.2")
      const spare = yield* connect(port, "127.0.0.2")
      const other = yield* connect(port)
      expect(yield* other.line).toMatch(/^Welcome to brusio/u)
      yield* spare.send(`GET /health HTTP/1.1\r\n${host(port)}\r\n\r\n`)
      expect((yield* answer(spare))?.body.toString()).toBe("ok\n")
      // A name counts without a greeting.
      const typed = yield* connect(port, "127.0.0.2")
      yield* typed.send("carol\n")
      expect(yield* typed.line).toBe("Welcome carol! To leave, type {quit}.")
    })
  )
})
