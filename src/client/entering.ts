import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Command } from "../domain/command/index.ts"
import type { Refused, Resumed, Welcome } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import * as Text from "../domain/Text.ts"
import { version } from "../domain/wire/Ndjson.ts"
import { type ConnectFailed, JoinRefused, TurnedAway } from "./Errors.ts"
import type { EventInbox } from "./EventInbox.ts"
import { serverKind } from "./foreign.ts"
import type { Hello, Link } from "./Link.ts"

/** What a client of before had come to, such as that of a page before it was loaded anew: whoever has this and its secret goes on as that client. */
export interface Before {
  readonly me: Member
  /** Within which start of the server: see `Welcome`. */
  readonly instance: string | undefined
  /** The last number that was heard. */
  readonly n: number
  /** The commands without a receipt, in order, with the correlation ids in which they were sent. */
  readonly unsaid: ReadonlyArray<{ readonly ref: string; readonly command: Command }>
}

/** A secret that keeps a place, and that nobody can guess. */
export const newSecret = (): string => Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("")

/** How long the beginning of a correlation id is that tells it from those of all other programs with the same secret, bytes. */
const markBytes = 4

/** The beginning of the correlation ids of a program that may go on as one before: they differ from that one's. */
export const newMark = (): string => `${newSecret().slice(0, 2 * markBytes)}.`

/** How somebody says hello, each time. Only who wants to come back has a secret. */
export const helloOf = (password: Redacted.Redacted | undefined, secret: string | undefined): Hello => (nickname, seen, returning) => ({
  _tag: "Hello",
  v: version,
  nickname,
  password: password === undefined ? undefined : Redacted.value(password),
  secret,
  seen,
  returning
})

/** How much is shown of a line by something that is not a brusio server, bytes. */
const maxWords = 200

const latin1 = new TextDecoder("latin1")
const utf8 = new TextDecoder("utf-8")

/** What something says that is not a brusio server, and what kind of server that is. */
export interface Words {
  readonly said: string
  readonly kind: string | undefined
}

/** The words of a line. The first one of a server that is none of ours tells most: what follows is a header, or a page. */
export const wordsOf = (line: Uint8Array): Words | undefined => {
  const start = line.subarray(0, maxWords)
  const said = Text.clean(utf8.decode(start)).trim()
  return said === "" ? undefined : { said, kind: serverKind(latin1.decode(start)) }
}

interface Options {
  readonly host: string
  readonly port: number
  readonly nickname: string
  readonly retry?: (refused: Refused) => string | undefined
}

/** Waits for the server's answer to our hello: a `Resumed` where a place was taken up again. Who comes too soon says hello once more in time. */
export const join = (
  link: Link,
  inbox: EventInbox,
  { host, nickname, port, retry }: Options,
  noAnswer: () => ConnectFailed
): Effect.Effect<Welcome | Resumed, ConnectFailed | JoinRefused | TurnedAway> =>
  Effect.gen(function* () {
    let asked = nickname
    for (;;) {
      // A connection that ends before any answer is not one to a brusio server.
      const event = yield* Effect.mapError(inbox.take, noAnswer)
      switch (event._tag) {
        case "Welcome":
        case "Resumed":
          return event
        case "Refused": {
          const isTooSoon = event.code === "too-soon" && event.wait !== undefined
          const name = isTooSoon ? asked : retry?.(event)
          if (name === undefined) return yield* new JoinRefused({ code: event.code, reason: event.message, host, port })
          if (isTooSoon) yield* Effect.sleep(event.wait)
          asked = name
          link.greet(asked)
          break
        }
        case "Goodbye":
          return yield* new TurnedAway({ code: event.code, reason: event.reason, host, port })
        default:
          break
      }
    }
  })
