import * as Net from "node:net"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Event } from "../../../src/domain/Event.ts"
import { encrypt, isEncryptedPort } from "./encrypted.ts"
import type { Stage } from "./stage.ts"
import { type Line, Transcript } from "./transcript.ts"

/** How a connection ended: `FIN`, or the code of the error. */
export interface Closed {
  readonly by: string
  readonly at: number
}

/** One end of a connection, without any dialect. */
export class Raw {
  readonly socket: Net.Socket
  readonly heard = new Transcript()
  readonly closed: Promise<Closed>
  /** `address:port` of this end, as the server sees it. */
  address = ""

  constructor(socket: Net.Socket) {
    this.socket = socket
    const note = () => {
      this.address = `${socket.localAddress ?? ""}:${socket.localPort ?? 0}`
    }
    note()
    socket.once("connect", note)
    socket.setNoDelay(true)
    this.closed = new Promise((resolve) => {
      let by: string | undefined
      socket.once("end", () => {
        by ??= "FIN"
      })
      socket.once("error", (error: NodeJS.ErrnoException) => {
        by = error.code ?? error.message
      })
      socket.once("close", () => {
        this.heard.end()
        resolve({ by: by ?? "closed here", at: performance.now() })
      })
    })
  }

  /** Begins, or begins again, to read. */
  read(): this {
    this.socket.on("data", (bytes: Buffer) => {
      this.heard.add(bytes)
    })
    return this
  }

  /** Writes, and waits until the system has taken it. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }
}

/** Connects, from an address of this machine, and reads nothing before `read` is called. */
export const connect = async (stage: Stage, port: number, localAddress = "127.0.0.1"): Promise<Raw> =>
  isEncryptedPort(port) ? new Raw(await encrypt((await connectInClear(stage, port, localAddress)).socket)) : connectInClear(stage, port, localAddress)

/** The same without TLS, wherever it leads. */
export const connectInClear = async (stage: Stage, port: number, localAddress = "127.0.0.1"): Promise<Raw> => {
  const socket = Net.connect({ host: "127.0.0.1", port, localAddress })
  const raw = new Raw(socket)
  stage.onEnd(() => {
    socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve)
    socket.once("error", reject)
  })
  return raw
}

/** A person with `nc`: a name, the password where there is one, and lines. */
export const lineClient = async (stage: Stage, port: number, name: string, password?: string): Promise<Raw> => {
  const raw = (await connect(stage, port)).read()
  await raw.write(password === undefined ? `${name}\n` : `${name}\n${password}\n`)
  await raw.heard.line(`Welcome ${name}! To leave, type {quit}.`)
  return raw
}

/** An old program: a name and messages, all without a line feed. */
export const chunkClient = async (stage: Stage, port: number, name: string): Promise<Raw> => {
  const raw = (await connect(stage, port)).read()
  await raw.write(name)
  await raw.heard.line(`Welcome ${name}! To leave, type {quit}.`)
  return raw
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Event))

const known = new WeakMap<Line, Event>()

/** One line of the native dialect as an event. */
export const eventOf = (line: Line): Event => {
  const before = known.get(line)
  if (before !== undefined) return before
  const decoded = decode(line.text)
  if (Either.isLeft(decoded)) throw new Error(`Not an event: ${line.text}`)
  known.set(line, decoded.right)
  return decoded.right
}

type Tag = Event["_tag"]
type Tagged<T extends Tag> = Extract<Event, { readonly _tag: T }>

const has = <T extends Tag>(event: Event, tag: T): event is Tagged<T> => event._tag === tag

/** Waits for the first event of this kind for which `where` holds; `heardAt` is when it came. */
export const awaitEvent = <T extends Tag>(
  heard: Transcript,
  tag: T,
  where: (event: Tagged<T>) => boolean = () => true
): Promise<Tagged<T> & { readonly heardAt: number }> =>
  heard.find(`The event ${tag}`, (line) => {
    // Most lines of a long transcript are of another kind: these are not worth the decoding.
    if (!line.text.includes(`"${tag}"`)) return undefined
    const event = eventOf(line)
    return has(event, tag) && where(event) ? { ...event, heardAt: line.at } : undefined
  })

/** A client of the native dialect, by hand. */
export class Native extends Raw {
  send(message: Readonly<Record<string, unknown>>): Promise<void> {
    return this.write(`${JSON.stringify(message)}\n`)
  }

  event<T extends Tag>(tag: T, where?: (event: Tagged<T>) => boolean): Promise<Tagged<T> & { readonly heardAt: number }> {
    return awaitEvent(this.heard, tag, where)
  }

  /** All whole lines so far as events. */
  get events(): ReadonlyArray<Event> {
    return this.heard.lines.map(eventOf)
  }

  /** The messages of this member so far, in order. */
  saidBy(name: string): ReadonlyArray<string> {
    return this.events.flatMap((event) => (event._tag === "Said" && event.from.name === name ? [event.text] : []))
  }

  /** The last event so far. */
  get last(): Event | undefined {
    const line = this.heard.lines.at(-1)
    return line && eventOf(line)
  }

  /** Gives a sign of life whenever it is asked for one: for who is in a room longer than the keepalive allows, on a slow machine. */
  answering(): this {
    this.socket.on("data", (bytes: Buffer) => {
      if (bytes.includes('"_tag":"Ping"')) this.socket.write('{"_tag":"Pong"}\n')
    })
    return this
  }

  /** Waits until the server has dealt with all it was sent before. */
  async roundTrip(): Promise<void> {
    rounds += 1
    const ref = `round-${rounds}`
    await this.send({ _tag: "Ping", ref })
    await this.event("Pong", (pong) => pong.ref === ref)
  }
}

let rounds = 0

/** Connects with the native dialect and, if there is a name, joins. */
export const nativeClient = async (stage: Stage, port: number, nickname?: string): Promise<Native> => {
  const native = new Native((await connect(stage, port)).socket)
  native.read()
  if (nickname !== undefined) {
    await native.send({ _tag: "Hello", v: 1, nickname })
    await native.event("Welcome")
  }
  return native
}

/** Lets a server listen on the loopback, on a free port if none is given. */
export const listen = (stage: Stage, server: Net.Server, port = 0): Promise<number> =>
  new Promise((resolve, reject) => {
    stage.onEnd(() => {
      server.close()
    })
    server.once("error", reject)
    server.listen({ host: "127.0.0.1", port }, () => {
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("A TCP server has an address and a port")
      resolve(address.port)
    })
  })

/** A port of the loopback on which nobody listens. */
export const freePort = async (stage: Stage): Promise<number> => {
  const server = Net.createServer()
  const port = await listen(stage, server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * A native client that joined and has never read, whose buffers on the way are
 * full, and one who filled them. Another one who never reads got a little more,
 * so that it is cut off as too slow when the first is near to it.
 */
export const stalledClient = async (stage: Stage, port: number): Promise<{ readonly stalled: Native; readonly witness: Native }> => {
  const witness = await nativeClient(stage, port, "witness")
  const enter = async (nickname: string): Promise<Native> => {
    const native = new Native((await connect(stage, port)).socket)
    await native.send({ _tag: "Hello", v: 1, nickname })
    await witness.event("Joined", ({ member }) => member.name === nickname)
    return native
  }
  const flood = async (count: number): Promise<void> => {
    await witness.write(`${JSON.stringify({ _tag: "Say", text: "x".repeat(16_000) })}\n`.repeat(count))
    await witness.roundTrip()
  }
  const first = { cutOff: false }
  void witness.heard.line(/^\{"_tag":"Left".*"too-slow"/u, 30_000).then(
    () => {
      first.cutOff = true
    },
    () => undefined
  )
  await enter("first")
  await flood(40)
  const stalled = await enter("stalled")
  while (!first.cutOff) await flood(5)
  return { stalled, witness }
}
