import type { Event, Goodbye, Limits, Refused, Resumed, Welcome } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import type { LeaveCode } from "../domain/LeaveCode.ts"
import type { Seen } from "../domain/Place.ts"
import { type ClientMessage, messageOf } from "../domain/command/index.ts"
import { encode } from "../domain/wire/Ndjson.ts"
import type { Connection } from "../net/Connection.ts"
import type { Before } from "./entering.ts"
import { send } from "./receive.ts"
import type { Receipts } from "./Receipts.ts"
import type { Roster } from "./Roster.ts"

/** After these goodbyes nobody comes back by itself: it was meant, or another program has the place. */
const forGood: ReadonlySet<LeaveCode> = new Set<LeaveCode>(["quit", "removed", "resumed", "closing", "not-for-us", "wrong-password"])

const utf8 = new TextEncoder()

/** How a client says hello, each time. */
export type Hello = (nickname: string, seen: Seen | undefined, returning: "restarted" | undefined) => ClientMessage

/**
 * A client's way to the server, over however many connections: what it has to
 * know to go on over another one as who it was, see `docs/wire/native.md`.
 */
export class Link {
  readonly #receipts: Receipts
  readonly #roster: Roster
  readonly #hello: Hello
  readonly #returns: boolean
  readonly #retry: ((refused: Refused) => string | undefined) | undefined
  #connection: Connection | undefined
  #isIn = false
  #me: Member | undefined
  #instance: string | undefined
  #heard = 0
  #limits: Limits | undefined
  #isRestarting = false
  /** What a server said that does not let us back in, until we are in again. */
  refused: Refused | undefined

  /** `returns`: whether the client comes back by itself; `retry`: another name for one that is refused; `before`: as which client of before it goes on. */
  constructor({ before, hello, receipts, retry, returns, roster }: {
    readonly receipts: Receipts
    readonly roster: Roster
    readonly hello: Hello
    readonly returns: boolean
    readonly retry?: ((refused: Refused) => string | undefined) | undefined
    readonly before: Before | undefined
  }) {
    this.#returns = returns
    this.#retry = retry
    this.#receipts = receipts
    this.#roster = roster
    this.#hello = hello
    if (before === undefined) return
    this.#me = before.me
    this.#instance = before.instance
    this.#heard = before.n
    for (const { command, ref } of before.unsaid) {
      const message = messageOf(command, ref)
      if (message !== undefined) receipts.sent(receipts.next("text" in command ? command.text : "", ref), utf8.encode(encode(message)))
    }
  }

  /** The connection over which something can be said; `undefined` before a hello is answered, and while there is none. */
  get connection(): Connection | undefined {
    return this.#isIn ? this.#connection : undefined
  }

  /** The connection that there is, whether something can be said over it or not. */
  get wire(): Connection | undefined {
    return this.#connection
  }

  get limits(): Limits | undefined {
    return this.#limits
  }

  /** Whether the client was let in, over this connection or one before. */
  get hasBeenIn(): boolean {
    return this.#me !== undefined
  }

  /** Whether the client comes back by itself: it was in, and the server has not refused it for good. */
  get mayReturn(): boolean {
    return this.#returns && this.hasBeenIn && (this.refused === undefined || this.refused.wait !== undefined)
  }

  /** Whether the server has said that it is started again, and we are not in again since. */
  get isRestarting(): boolean {
    return this.#isRestarting
  }

  /** Whether the client comes back by itself after this goodbye. */
  returnsAfter({ code }: Goodbye): boolean {
    return this.mayReturn && !forGood.has(code)
  }

  /** Goes on over this connection: nothing but the hello is said over it until that is answered. */
  over(connection: Connection, nickname: string): void {
    this.#connection = connection
    this.#isIn = false
    this.refused = undefined
    this.greet(nickname)
  }

  /** Says hello over the connection that there is, under the name that is borne, or else under this one. */
  greet(nickname: string): void {
    this.#greetAs(this.#me?.name ?? nickname)
  }

  #greetAs(name: string): void {
    if (this.#connection === undefined) return
    const seen: Seen | undefined = this.#me === undefined ? undefined : { id: this.#me.id, n: this.#heard }
    send(this.#connection, this.#hello(name, seen, this.#isRestarting ? "restarted" : undefined))
  }

  // After a restart everybody is a newcomer, and somebody may have been faster with the name: another is tried, as at the first time.
  #renamed(refused: Refused): boolean {
    const name = this.#isRestarting ? this.#retry?.(refused) : undefined
    if (name !== undefined) this.#greetAs(name)
    return name !== undefined
  }

  /** There is no connection any more. */
  lost(): void {
    this.#connection = undefined
    this.#isIn = false
  }

  /** Takes an event before anybody else does. `false`: it is for nobody else. */
  first(event: Event): boolean {
    switch (event._tag) {
      case "Welcome":
        this.#welcomed(event)
        return true
      case "Resumed":
        this.#resumed(event)
        return true
      case "Refused":
        if (this.#isIn || !this.hasBeenIn) break
        if (this.#renamed(event)) return false
        this.refused = event
        // Over: where there is a wait, another try comes by itself.
        this.#connection?.finish()
        return event.wait === undefined
      case "Goodbye":
        return this.#left(event)
      case "Renamed":
        if (event.member.id === this.#me?.id) this.#me = event.member
        break
      default:
    }
    if ("n" in event && event.n !== undefined) this.#heard = event.n
    return true
  }

  // Whoever comes back by itself is told only of a restart, once: everything that the server knew is gone with it.
  #left(goodbye: Goodbye): boolean {
    if (!this.returnsAfter(goodbye)) return true
    if (goodbye.code !== "restarting" || !this.#isIn) return false
    this.#isRestarting = true
    return true
  }

  #welcomed(event: Welcome): void {
    // Another life: what has no receipt was said to others, if at all, and is not sent again.
    if (this.#me !== undefined) {
      this.#receipts.forget()
      this.#roster.another()
    }
    this.#enter(event, event.you, event.n ?? 0)
  }

  // Before the replay is heard: its receipts are of what was taken already.
  #resumed(event: Resumed): void {
    const isSame = this.#me?.id === event.you.id && this.#instance === event.instance
    if (isSame) this.#receipts.taken(event.last)
    else this.#receipts.forget()
    this.#enter(event, event.you, isSame ? this.#heard : 0)
    this.#roster.resumed(event, isSame)
    for (const line of this.#receipts.lines) this.#connection?.write(line)
  }

  #enter({ instance, limits }: Welcome | Resumed, you: Member, heard: number): void {
    this.#me = you
    this.#instance = instance
    this.#heard = heard
    this.#limits = limits
    this.#isIn = true
    this.#isRestarting = false
    this.refused = undefined
    this.#receipts.me(you.id)
  }
}
