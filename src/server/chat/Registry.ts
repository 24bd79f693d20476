import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Chat from "../../domain/Chat.ts"
import type { Command } from "../../domain/Command.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import type { LeaveCode, Member } from "../../domain/Event.ts"
import * as Nickname from "../../domain/Nickname.ts"
import type { Text } from "../../domain/Text.ts"
import { Closing } from "../Closing.ts"
import { type Envelope, Hub } from "./Hub.ts"
import type { Outbox } from "../delivery/Outbox.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { version } from "../../domain/version.ts"

/**
 * Who is connected, from where and under which name, in the one `Ref`. A
 * decision and its publication are one step that nothing comes between: all
 * clients are told everything in the order in which it was decided.
 */
export class Registry extends Context.Tag("brusio/Registry")<Registry, {
  readonly connect: (address: string, outbox: Outbox) => Effect.Effect<Chat.ClientId>
  /** What the chat decides, already published: the caller hears of it like everybody else. */
  readonly decide: (from: Chat.ClientId, command: Command) => Effect.Effect<ReadonlyArray<Envelope>>
  readonly refuse: (from: Chat.ClientId, refusal: Refusal) => Effect.Effect<void>
  /** Asks a client something that it answers with what it says next. */
  readonly ask: (from: Chat.ClientId, question: Text) => Effect.Effect<void>
  /** Tells a client that it sends more than this many messages a second. */
  readonly throttle: (from: Chat.ClientId, perSecond: number) => Effect.Effect<void>
  /** The number of the last envelope that can concern the one who left. */
  readonly leave: (from: Chat.ClientId, code: LeaveCode, reason: Text | undefined) => Effect.Effect<number>
  /** Speaks to everybody in the room; waits while there is too much to hand over. */
  readonly announce: (text: Text) => Effect.Effect<void>
  /** Tells everybody once that the server closes; the number of that envelope. */
  readonly close: (reason: Text) => Effect.Effect<number>
  /** Who is in the room, in the order of joining, and the way to them. */
  readonly members: Effect.Effect<ReadonlyArray<{ readonly member: Member; readonly outbox: Outbox }>>
  /** Everybody who is connected, as it stands. */
  readonly chat: Effect.Effect<Chat.Chat<Outbox>>
}>() {}

const make = Effect.gen(function* () {
  const { maxLine, maxName } = yield* ServerConfig
  const hub = yield* Hub
  const closing = yield* Closing
  const ref = yield* Ref.make(
    Chat.empty<Outbox>({
      server: `brusio ${version}`,
      limits: { lineBytes: maxLine, ...Nickname.limited(maxName) }
    })
  )

  const apply = (decide: (chat: Chat.Chat<Outbox>, now: number) => Chat.Decision<Outbox>) =>
    Clock.currentTimeMillis.pipe(
      Effect.flatMap((now) =>
        Ref.modify(ref, (before) => {
          const decision = decide(before, now)
          return [{ ...decision, published: hub.unsafePublish(decision.told) }, decision.chat] as const
        })
      ),
      Effect.tap(({ published }) =>
        published
          ? Effect.void
          : Effect.zipRight(closing.fail("internal error"), Effect.dieMessage("The Hub had no room for an envelope"))
      )
    )

  return Registry.of({
    connect: (address, outbox) =>
      Effect.map(apply((chat, now) => Chat.connect(chat, address, outbox, now)), ({ chat }) => chat.lastClient),
    decide: (from, command) =>
      Effect.map(apply((chat, now) => Chat.decide(chat, from, command, now)), ({ told }) => told),
    refuse: (from, refusal) => Effect.asVoid(apply((chat, now) => Chat.refuse(chat, from, refusal, now))),
    ask: (from, question) => Effect.asVoid(apply((chat, now) => Chat.ask(chat, from, question, now))),
    throttle: (from, perSecond) => Effect.asVoid(apply((chat, now) => Chat.throttle(chat, from, perSecond, now))),
    leave: (from, code, reason) =>
      Effect.map(apply((chat, now) => Chat.leave(chat, from, code, reason, now)), ({ chat }) => chat.seq),
    announce: (text) => Effect.zipRight(hub.room, Effect.asVoid(apply((chat, now) => Chat.announce(chat, text, now)))),
    close: (reason) => Effect.map(apply((chat, now) => Chat.close(chat, reason, now)), ({ chat }) => chat.seq),
    members: Effect.map(Ref.get(ref), ({ members }) =>
      members.flatMap(({ member, peer }) => (member === undefined ? [] : [{ member, outbox: peer }]))
    ),
    chat: Ref.get(ref)
  })
})

export const layer = Layer.effect(Registry, make)
