import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { RuntimeFiber } from "effect/Fiber"
import * as Schema from "effect/Schema"
import { FromDesk, ToDesk } from "../../domain/wire/Desk.ts"
import { Retries } from "../retries.ts"
import { openSocket } from "../socket.ts"

/** Where the window stands. */
export type Phase =
  | { readonly _tag: "Opening" }
  | { readonly _tag: "Open" }
  /** The connection is gone: the next try is at `retryAt`, ms of `performance.now()`; without it a try is under way. */
  | { readonly _tag: "Lost"; readonly retryAt: number | undefined }
  /** The server does not let this window in; the words say what to do. */
  | { readonly _tag: "Denied"; readonly words: string }
  /** The room has closed. */
  | { readonly _tag: "Over"; readonly reason: string }

/** What opens the window: the code of a link, good once, the secret that one was exchanged for, or either, where the link was opened before. */
export type Key = Omit<Extract<FromDesk, { readonly _tag: "Open" }>, "_tag">

/** What the window makes of what it is told. */
export interface View {
  readonly told: (message: ToDesk) => void
  /** The server said something that is not understood. */
  readonly puzzled: (text: string) => void
  /** What opens the window from now on; nothing does without a key. */
  readonly keyed: (key: Key | undefined) => void
  /** The phase has changed. */
  readonly changed: () => void
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(ToDesk))
const encode = Schema.encodeSync(Schema.parseJson(FromDesk))

/** What is said where there is nothing to open the window with. */
const noKey =
  "This page is the operator's, and opens only with the link that the program prints: serve --window. Start it a second time to bring the window of a room back."

/** The window's way to its server, over however many connections. */
export class Link {
  readonly #view: View
  readonly #retries = new Retries()
  #phase: Phase = { _tag: "Opening" }
  #socket: WebSocket | undefined
  #key: Key | undefined

  constructor(key: Key | undefined, view: View) {
    this.#key = key
    this.#view = view
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Opens the window, and `run`s whatever keeps it open. */
  open(run: (effect: Effect.Effect<void>) => RuntimeFiber<void>): void {
    run(this.#stay)
  }

  /** Says something to the server; nothing while the window is not open. */
  send(message: FromDesk): void {
    if (this.#phase._tag === "Open") this.#socket?.send(encode(message))
  }

  /** Tries to connect now, instead of waiting. */
  retry(): void {
    this.#retries.now()
  }

  /** Ends the connection, and says so: the page goes. */
  leave(): void {
    this.#socket?.close()
  }

  // Connects, and again whenever the connection is lost, until the room has closed, or the key is not good.
  get #stay(): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      let denied = noKey
      for (;;) {
        const key = this.#key
        if (key === undefined) {
          this.#set({ _tag: "Denied", words: denied })
          return
        }
        const refused = yield* this.#connection(key).pipe(Effect.scoped, Effect.catchAll(() => Effect.succeed(undefined)))
        this.#socket = undefined
        if (this.#phase._tag === "Over") return
        if (refused === undefined) {
          yield* this.#retries.pause((retryAt) => {
            this.#set({ _tag: "Lost", retryAt })
          })
        } else {
          denied = refused
          this.#open(undefined)
        }
      }
    })
  }

  // One connection to its end: the words of a refusal, or nothing.
  #connection(key: Key) {
    return Effect.gen(this, function* () {
      const ended = yield* Deferred.make<string | undefined>()
      yield* openSocket("/operator", (socket) => {
        this.#socket = socket
        socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
          const message = decode(data)
          if (Either.isLeft(message)) this.#view.puzzled(String(data))
          else if (message.right._tag === "Denied") Deferred.unsafeDone(ended, Effect.succeed(message.right.message))
          else this.#hear(message.right)
        })
        socket.addEventListener("close", () => {
          Deferred.unsafeDone(ended, Effect.succeed(undefined))
        })
        socket.send(encode({ _tag: "Open", ...key }))
      })
      return yield* Deferred.await(ended)
    })
  }

  #hear(message: Exclude<ToDesk, { readonly _tag: "Denied" }>): void {
    switch (message._tag) {
      case "Opened":
        this.#open({ secret: message.secret })
        this.#retries.reset()
        this.#set({ _tag: "Open" })
        break
      case "Closing":
        this.#open(undefined)
        this.#set({ _tag: "Over", reason: message.reason })
        break
      default:
    }
    this.#view.told(message)
  }

  #open(key: Key | undefined): void {
    this.#key = key
    this.#view.keyed(key)
  }

  #set(phase: Phase): void {
    this.#phase = phase
    this.#view.changed()
  }
}
