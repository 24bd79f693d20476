import * as FastCheck from "effect/FastCheck"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/Command.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import { type LeaveCode, MemberId } from "../../src/domain/Event.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import * as Text from "../../src/domain/Text.ts"

/** What every newcomer of these tests is told. */
export const settings: Chat.Settings = {
  server: "a test",
  limits: { lineBytes: 100, ...Nickname.defaultLimits }
}

/** A name that is one. */
export const named = (raw: string): Nickname.Nickname => {
  const name = Nickname.parse(raw)
  if (name instanceof Refusal) throw name
  return name
}

/** Something that happens to a chat. `who` is an id, also one that nobody has. */
export type Step = { readonly now: number } & (
  | { readonly _tag: "Connect" }
  | { readonly _tag: "Decide"; readonly who: number; readonly command: Command }
  | { readonly _tag: "Refuse"; readonly who: number }
  | { readonly _tag: "Leave"; readonly who: number; readonly code: LeaveCode }
  | { readonly _tag: "Announce" }
  | { readonly _tag: "Close" }
)

export const take = <Peer>(chat: Chat.Chat<Peer>, step: Step, peer: Peer): Chat.Decision<Peer> => {
  switch (step._tag) {
    case "Connect":
      return Chat.connect(chat, "127.0.0.1:1", peer, step.now)
    case "Decide":
      return Chat.decide(chat, step.who, step.command, step.now)
    case "Refuse":
      return Chat.refuse(chat, step.who, new Refusal({ code: "bad-line", message: "no" }), step.now)
    case "Leave":
      return Chat.leave(chat, step.who, step.code, undefined, step.now)
    case "Announce":
      return Chat.announce(chat, Text.clean("hear, hear"), step.now)
    case "Close":
      return Chat.close(chat, Text.clean("the end"), step.now)
  }
}

// Names that meet each other under one key, one that is reserved, one already numbered.
const names = ["ann", "ANN", "ＡＮＮ", "ann_2", "bob", "eve", "Zoë", "server"].map(named)

// The clock also goes back.
const now = FastCheck.integer({ min: 0, max: 1000 })

/** Happenings in any order, among about eight clients at a time; seldom is the chat closed. */
export const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.oneof(
    { weight: 18, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Connect" as const), now }) },
    {
      weight: 30,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Join" as const),
          nickname: FastCheck.constantFrom(...names),
          ifTaken: FastCheck.constantFrom("refuse" as const, "number" as const)
        })
      )
    },
    {
      weight: 36,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Say" as const),
          text: FastCheck.string({ maxLength: 8 }).map(Text.clean),
          ref: FastCheck.option(FastCheck.string({ maxLength: 3 }), { nil: undefined })
        })
      )
    },
    {
      weight: 8,
      arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Act" as const), text: FastCheck.constant(Text.clean("waves")) }))
    },
    {
      weight: 12,
      arbitrary: decided(
        FastCheck.record({ _tag: FastCheck.constant("Rename" as const), nickname: FastCheck.constantFrom(...names) })
      )
    },
    {
      weight: 10,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Whisper" as const),
          to: FastCheck.integer({ min: 1, max: 12 }).map((n) => MemberId.make(`m${n}`)),
          text: FastCheck.constant(Text.clean("psst"))
        })
      )
    },
    {
      weight: 10,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Address" as const),
          words: FastCheck.constantFrom(...names).map((name) => Text.clean(`${name} psst`))
        })
      )
    },
    { weight: 2, arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Help" as const) })) },
    { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Announce" as const), now }) },
    { weight: 3, arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Who" as const) })) },
    { weight: 6, arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Ping" as const) })) },
    { weight: 6, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Refuse" as const), who: who(), now }) },
    {
      weight: 12,
      arbitrary: FastCheck.record({
        _tag: FastCheck.constant("Leave" as const),
        who: who(),
        code: FastCheck.constantFrom("quit" as const, "lost" as const, "closed" as const),
        now
      })
    },
    { weight: 1, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Close" as const), now }) }
  ),
  { maxLength: 120, size: "max" }
)

function who() {
  return FastCheck.integer({ min: 1, max: 16 })
}

function decided<C extends Command>(command: FastCheck.Arbitrary<C>) {
  return FastCheck.record({ _tag: FastCheck.constant("Decide" as const), who: who(), command, now })
}
