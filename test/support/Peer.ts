import * as DiagnosticsChannel from "node:diagnostics_channel"
import * as Net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { overTls } from "../../bench/load/overTls.ts"

/** How long a test waits for a signal before it says what came instead, ms. */
const patience = 15_000

/** One end of a bare TCP connection: what it receives is buffered until the test takes it. */
export class Peer {
  readonly socket: Net.Socket
  /** When the last bytes were received, ms since the process started. */
  lastHeard = 0
  #unread: Buffer = Buffer.alloc(0)
  #chunks: Array<Buffer> = []
  #ended: "end" | "reset" | undefined
  readonly #watchers = new Set<() => void>()

  constructor(socket: Net.Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    const changed = () => {
      for (const watcher of [...this.#watchers]) watcher()
    }
    socket.on("data", (chunk: Buffer) => {
      this.lastHeard = performance.now()
      this.#chunks.push(chunk)
      changed()
    })
    socket.on("end", () => {
      this.#ended ??= "end"
      // Answers a FIN with a FIN, as sockets do that want no half-open connection.
      socket.end()
      changed()
    })
    socket.on("error", () => {
      this.#ended = "reset"
      changed()
    })
    socket.on("close", () => {
      this.#ended ??= "reset"
      changed()
    })
  }

  /** The bytes received and not yet taken. */
  get unread(): Buffer {
    if (this.#chunks.length > 0) this.#unread = Buffer.concat([this.#unread, ...this.#chunks.splice(0)])
    return this.#unread
  }

  /** How the other side ended the connection, if it has: by FIN or by RST. */
  get ended(): "end" | "reset" | undefined {
    return this.#ended
  }

  take(bytes: number): Buffer {
    const taken = this.unread.subarray(0, bytes)
    this.#unread = this.unread.subarray(bytes)
    return taken
  }

  /** Waits until `probe` returns a value; it is called again whenever bytes or the end come. Dies after 15 s, naming `what`. */
  until<A>(what: string, probe: () => A | undefined): Effect.Effect<A> {
    return Effect.suspend(() => {
      const answer = probe()
      return answer === undefined ? this.#change(what, probe) : Effect.succeed(answer)
    })
  }

  #change<A>(what: string, probe: () => A | undefined): Effect.Effect<A> {
    return Effect.async<A>((resume) => {
      const check = () => {
        const answer = probe()
        if (answer === undefined) return
        this.#watchers.delete(check)
        resume(Effect.succeed(answer))
      }
      this.#watchers.add(check)
      return Effect.sync(() => {
        this.#watchers.delete(check)
      })
    }).pipe(
      Effect.timeoutOption(patience),
      Effect.flatMap((answer) =>
        answer._tag === "Some"
          ? Effect.succeed(answer.value)
          : Effect.dieMessage(`No ${what} came; unread: ${JSON.stringify(this.unread.toString().slice(0, 500))}`)
      )
    )
  }

  /** The next line, without its line feed. */
  get line(): Effect.Effect<string> {
    return this.until("line", () => {
      const end = this.unread.indexOf(10)
      if (end >= 0) return { line: this.take(end + 1).toString().slice(0, -1) }
      return this.#ended === undefined ? undefined : { line: undefined }
    }).pipe(
      Effect.flatMap(({ line }) =>
        line === undefined
          ? Effect.dieMessage(`The connection ended before a line; unread: ${JSON.stringify(this.unread.toString())}`)
          : Effect.succeed(line)
      )
    )
  }

  /** All bytes up to the end of the connection, which has to be a FIN. */
  get rest(): Effect.Effect<string> {
    return Effect.flatMap(this.closed, (how) =>
      how === "end"
        ? Effect.sync(() => this.take(this.unread.length).toString())
        : Effect.dieMessage(`The connection was reset; unread: ${JSON.stringify(this.unread.toString().slice(-500))}`)
    )
  }

  /** Waits for the end of the connection: how it ended. */
  get closed(): Effect.Effect<"end" | "reset"> {
    return this.until("end", () => this.#ended)
  }

  send(data: string | Uint8Array): Effect.Effect<void> {
    return Effect.sync(() => {
      this.socket.write(data)
    })
  }

  /** Half-close: sends a FIN. */
  get end(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.socket.end()
    })
  }

  /** Stops reading: back-pressure builds up at the other end. */
  get pause(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.socket.pause()
    })
  }

  get resume(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.socket.resume()
    })
  }
}

/** Connects from an address of this machine; the connection is closed with its scope. */
export const connect = (port: number, localAddress = "127.0.0.1"): Effect.Effect<Peer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Peer>((resume) => {
      const socket = Net.connect({ host: "127.0.0.1", port, localAddress, allowHalfOpen: true })
      const peer = new Peer(socket)
      socket.once("connect", () => {
        resume(Effect.succeed(peer))
      })
      socket.once("error", (error) => {
        resume(Effect.die(error))
      })
    }),
    (peer) =>
      Effect.sync(() => {
        peer.socket.destroy()
      })
  )

/** Connects, and shakes hands. `sent` is how many bytes have gone out, of records and not of what is in them. */
export const connectTls = (port: number): Effect.Effect<{ readonly peer: Peer; readonly sent: () => number }, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<{ readonly peer: Peer; readonly sent: () => number }>((resume) => {
      const socket = Net.connect({ host: "127.0.0.1", port, allowHalfOpen: true })
      const clear = overTls(socket)
      const peer = new Peer(clear)
      clear.once("secureConnect", () => {
        resume(Effect.succeed({ peer, sent: () => socket.bytesWritten }))
      })
      clear.once("error", (error) => {
        resume(Effect.die(error))
      })
    }),
    ({ peer }) =>
      Effect.sync(() => {
        peer.socket.destroy()
      })
  )

// The open sockets that servers of this process have accepted, by the ports of their two ends.
const accepted = new Map<string, Net.Socket>()

DiagnosticsChannel.subscribe("net.server.socket", (message) => {
  if (typeof message !== "object" || message === null || !("socket" in message)) return
  const { socket } = message
  if (!(socket instanceof Net.Socket)) return
  const ends = `${socket.localPort}-${socket.remotePort}`
  accepted.set(ends, socket)
  socket.once("close", () => {
    // A new connection may have the same ports by now.
    if (accepted.get(ends) === socket) accepted.delete(ends)
  })
})

/** The server's socket of this connection, if the server is in this process and has accepted it. */
export const otherEnd = (peer: Peer): Net.Socket | undefined =>
  accepted.get(`${peer.socket.remotePort}-${peer.socket.localPort}`)

/** Waits until `holds`, checked once a turn of the event loop. Dies after 15 s, naming `what`. */
export const eventually = (what: string, holds: () => boolean): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const giveUp = performance.now() + patience
    let immediate: NodeJS.Immediate
    const check = () => {
      if (holds()) resume(Effect.void)
      else if (performance.now() > giveUp) resume(Effect.dieMessage(`It never came to be: ${what}`))
      else immediate = setImmediate(check)
    }
    check()
    return Effect.sync(() => {
      clearImmediate(immediate)
    })
  })
