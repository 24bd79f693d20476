import { createServer, type Server } from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type WebSocket, WebSocketServer } from "ws"
import { FromDesk, ToDesk } from "../../../src/domain/wire/Desk.ts"
import { answerAsset } from "../../../src/server/door/http/answer.ts"
import { layer, Site, SiteFolder } from "../../../src/server/door/http/Site.ts"
import { root } from "../../e2e/support/program.ts"
import type { Stage } from "../../e2e/support/stage.ts"

const decode = Schema.decodeUnknownSync(Schema.parseJson(FromDesk))
const encode = Schema.encodeSync(Schema.parseJson(ToDesk))

/** How long anything is waited for, ms. */
const patience = 15_000

/** What comes, in order: each is taken once, by whoever waits first. */
class Queue<A> {
  readonly #come: Array<A> = []
  readonly #waiting: Array<(value: A) => void> = []

  push(value: A): void {
    const first = this.#waiting.shift()
    if (first === undefined) this.#come.push(value)
    else first(value)
  }

  next(what: string): Promise<A> {
    const first = this.#come.shift()
    if (first !== undefined) return Promise.resolve(first)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${what} has not come`))
      }, patience)
      this.#waiting.push((value) => {
        clearTimeout(timer)
        resolve(value)
      })
    })
  }
}

/** A window that has connected to a {@link FakeDesk}. */
export class FakeWindow {
  readonly #socket: WebSocket
  readonly #said = new Queue<FromDesk>()
  readonly #closed = new Queue<number>()

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on("message", (data) => {
      this.#said.push(decode(data.toString()))
    })
    socket.on("close", (code) => {
      this.#closed.push(code)
    })
    socket.on("error", () => undefined)
  }

  /** What the window says next. */
  get said(): Promise<FromDesk> {
    return this.#said.next("A message of the window")
  }

  /** The code with which the window closes: 1006 if it does so without a word. */
  get closed(): Promise<number> {
    return this.#closed.next("The end of the window")
  }

  tell(...messages: ReadonlyArray<ToDesk>): void {
    for (const message of messages) this.#socket.send(encode(message))
  }

  /** Sends what is no message. */
  babble(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close()
  }

  cut(): void {
    this.#socket.terminate()
  }
}

/** The built page of the operator, and the server's side of what it says, played by the test. */
export class FakeDesk {
  readonly #windows = new Queue<FakeWindow>()
  readonly #refused = new Queue<string | undefined>()
  readonly #server: Server
  #isReachable = true

  constructor(server: Server) {
    this.#server = server
    const sockets = new WebSocketServer({ noServer: true })
    server.on("upgrade", (request, socket, head) => {
      if (!this.#isReachable || request.url !== "/operator") {
        socket.destroy()
        this.#refused.push(request.url)
      } else {
        sockets.handleUpgrade(request, socket, head, (opened) => {
          this.#windows.push(new FakeWindow(opened))
        })
      }
    })
  }

  get port(): number {
    return Schema.decodeUnknownSync(Schema.Struct({ port: Schema.Number }))(this.#server.address()).port
  }

  /** Whether windows can connect. */
  set isReachable(isReachable: boolean) {
    this.#isReachable = isReachable
  }

  /** The next try to connect that is refused. */
  get refused(): Promise<string | undefined> {
    return this.#refused.next("A try")
  }

  /** The next window that connects. */
  get window(): Promise<FakeWindow> {
    return this.#windows.next("A window")
  }
}

/** Starts one; it goes with the test. */
export const fakeDesk = async (stage: Stage): Promise<FakeDesk> => {
  const folder = Layer.succeed(SiteFolder, new URL(`file://${root}/dist/web/`))
  const { find } = await Effect.runPromise(Effect.provide(Site, Layer.provide(layer, folder)))
  const server = createServer((request, response) => {
    void Effect.runPromise(find(request.url ?? "")).then((asset) => {
      if (asset === undefined) response.writeHead(404).end()
      else answerAsset(request, response, asset)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  stage.onEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  return new FakeDesk(server)
}

type Told<Tag extends ToDesk["_tag"]> = Extract<ToDesk, { readonly _tag: Tag }>

/** A day of a room: 12:30:01 and so on. */
const at = (clock: string): number => new Date(`2026-03-05T${clock}`).getTime()

/** A line of the console. */
export const line = (clock: string, event: string, message: string, fields: Told<"Line">["fields"] = {}, level: Told<"Line">["level"] = "info"): Told<"Line"> => ({
  _tag: "Line", at: at(clock), level, event, message, fields
})

/** Somebody says something. */
export const said = (clock: string, name: string, text: string): Told<"Line"> => line(clock, "said", `${name}: ${text}`, { name, id: name, text })

/** Somebody comes. */
export const joined = (clock: string, name: string, address: string): Told<"Line"> => line(clock, "joined", `${name} joined (${address})`, { name, id: name, address })

// The corners of a code and something between, in a light margin of four: what a reader would look for, not a real one.
const corner = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
const rows = Array.from({ length: 29 }, (_, top) =>
  Array.from({ length: 29 }, (_, left) => {
    const [x, y] = [left - 4, top - 4]
    if (x < 0 || y < 0 || x > 20 || y > 20) return "0"
    const [row, column] = [y < 7 ? y : y - 14, x < 7 ? x : x - 14]
    if (row >= 0 && column >= 0 && !(x > 13 && y > 13)) return corner[row]?.[column] ?? "0"
    return [7, 13].includes(x) || [7, 13].includes(y) ? "0" : String(Number((x * y + x + y * 3) % 5 < 2))
  }).join(""))

/** How the server welcomes a window. */
export const opened: Told<"Opened"> = {
  _tag: "Opened",
  secret: "a secret",
  address: "192.168.1.7:25565",
  links: ["http://192.168.1.7:25565/", "http://10.8.0.2:25565/"],
  qr: rows,
  commands: [
    { name: "/help", args: "", help: "shows this", takesName: false },
    { name: "/who", args: "", help: "shows who is here", takesName: false },
    { name: "/kick", args: "NAME [REASON]", help: "removes somebody; the room is told why", takesName: true },
    { name: "/quit", args: "[REASON]", help: "closes the room; everybody is told why", takesName: false }
  ]
}

const guest = (name: string, address: string, client: string, rooms: ReadonlyArray<string> = ["lobby"]) => ({ id: name, name, address, client, rooms })

/** Who is in the room of the {@link story}. */
export const people: Told<"People"> = {
  _tag: "People",
  total: 8,
  people: [
    guest("Ada", "192.168.1.31:51544", "browser"),
    guest("Bruno", "192.168.1.22:60122", "browser"),
    guest("CI", "192.168.1.4:40112", "terminal"),
    guest("Mei 美", "192.168.1.35:50801", "browser"),
    guest("Nina", "192.168.1.9:33014", "plain"),
    guest("Örjan (afk)", "192.168.1.40:41230", "plain"),
    guest("أمل", "192.168.1.28:55020", "browser"),
    guest("Zoë", "192.168.1.31:51102", "browser")
  ]
}

export const status: Told<"Status"> = { _tag: "Status", people: 8, connections: 9, messages: 3, uptime: 904, memory: 60_817_408 }

/** A day in the room, with an event of every kind. */
export const story: ReadonlyArray<Told<"Line">> = [
  line("12:30:01", "listening", "Listening on 192.168.1.7:25565"),
  line("12:30:43", "connected", "192.168.1.22:60122 connected", { address: "192.168.1.22:60122" }),
  joined("12:30:44", "Bruno", "192.168.1.22:60122"),
  joined("12:30:59", "Nina", "192.168.1.9:33014"),
  joined("12:31:02", "Zoë", "192.168.1.31:51102"),
  said("12:34:10", "Bruno", "Morning everybody. The demo is at three, see https://example.org/demo."),
  said("12:36:48", "Nina", "I am on nc from the build server and it just works"),
  said("12:37:20", "Ada", "Lovely. Who brings the adapter for the projector?"),
  line("12:37:41", "acted", "* Mei 美 looks into her bag too", { name: "Mei 美", id: "Mei 美", text: "looks into her bag too" }),
  line("12:38:05", "whispered", "Zoë whispers to Ada", { name: "Zoë", to: "Ada" }),
  line("12:38:30", "refused", "refused a newcomer (192.168.1.77:4100): The name Ada is taken: choose another.", { address: "192.168.1.77:4100", code: "name-taken" }, "warn"),
  line("12:39:02", "throttled", "CI sends too fast and is slowed down (192.168.1.4:40112)", { name: "CI", address: "192.168.1.4:40112" }, "warn"),
  said("12:40:11", "CI", "deployed 4f2c1e9 to staging in 41 s"),
  line("12:41:37", "left", "Teo left: connection closed (192.168.1.50:4500)", { name: "Teo", id: "Teo", address: "192.168.1.50:4500", code: "closed", reason: "connection closed" }),
  line("12:43:00", "notice", "[server] The room closes at 18:00. Save what you want to keep.", { text: "The room closes at 18:00. Save what you want to keep." }),
  line("12:44:19", "renamed", "Örjan is now called Örjan (afk) (192.168.1.40:41230)", { was: "Örjan", name: "Örjan (afk)", id: "Örjan (afk)", address: "192.168.1.40:41230" }),
  line("12:44:40", "log", "An observer has failed", {}, "error"),
  said("12:45:02", "Ada", "<b>I have it</b> &amp; opening the room now")
]
