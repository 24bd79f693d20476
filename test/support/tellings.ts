import * as FastCheck from "effect/FastCheck"
import * as Chat from "../../src/domain/Chat.ts"
import { Deed as DeedSchema } from "../../src/domain/RoomEvent.ts"
import { type Keep, keepFor } from "../../src/domain/Keep.ts"
import { type Deed, Story, theServer } from "./Story.ts"

// Each as likely as another: small numbers are no simpler.
const upTo = (max: number) => FastCheck.noBias(FastCheck.nat({ max }))
const who = upTo(4)
const count = upTo(4)
const room = upTo(4)
const word = upTo(2)
const of = <T extends Deed["_tag"]>(tag: T) => FastCheck.constant(tag)

// Somebody, and now and then the server.
const ruler = FastCheck.oneof({ weight: 8, arbitrary: who }, { weight: 2, arbitrary: FastCheck.constant(theServer) })
const deed = FastCheck.constantFrom("op" as const, "op" as const, "ban" as const, "mute" as const, ...DeedSchema.literals)

/** What is told of connections: they are cut, noticed, and there again. */
const network: ReadonlyArray<FastCheck.WeightedArbitrary<Deed>> = [
  { weight: 14, arbitrary: FastCheck.record({ _tag: of("Connect"), who }) },
  { weight: 32, arbitrary: FastCheck.record({ _tag: of("Up"), who, count: FastCheck.integer({ min: 1, max: 8 }) }) },
  { weight: 30, arbitrary: FastCheck.record({ _tag: of("Down"), who, count: FastCheck.integer({ min: 1, max: 12 }) }) },
  { weight: 10, arbitrary: FastCheck.record({ _tag: of("Cut"), who, count }) },
  { weight: 10, arbitrary: FastCheck.record({ _tag: of("Notice"), who }) },
  { weight: 2, arbitrary: FastCheck.record({ _tag: of("Flap"), who }) },
  { weight: 4, arbitrary: FastCheck.record({ _tag: of("Again"), who }) },
  { weight: 2, arbitrary: FastCheck.record({ _tag: of("Quit"), who }) },
  { weight: 2, arbitrary: FastCheck.record({ _tag: of("Reload"), who }) },
  { weight: 3, arbitrary: FastCheck.record({ _tag: of("Thieve"), who }) },
  { weight: 1, arbitrary: FastCheck.record({ _tag: of("Dismiss"), who }) },
  { weight: 9, arbitrary: FastCheck.record({ _tag: of("Wait"), millis: FastCheck.constantFrom(100, 300, 600, 600, 2000, 2000, 2000, 40_000, 130_000, 610_000) }) }
]

/** What is told of what people do. */
const doings: ReadonlyArray<FastCheck.WeightedArbitrary<Deed>> = [
  { weight: 24, arbitrary: FastCheck.record({ _tag: of("Say"), who, room }) },
  { weight: 9, arbitrary: FastCheck.record({ _tag: of("Whisper"), who, to: who }) },
  { weight: 4, arbitrary: FastCheck.record({ _tag: of("Rename"), who, name: upTo(6) }) },
  { weight: 14, arbitrary: FastCheck.record({ _tag: of("Enter"), who, room, word }) },
  { weight: 5, arbitrary: FastCheck.record({ _tag: of("Exit"), who, room }) },
  { weight: 2, arbitrary: FastCheck.record({ _tag: of("Topic"), who: ruler, room }) },
  { weight: 3, arbitrary: FastCheck.record({ _tag: of("Lock"), who: ruler, room, word }) },
  { weight: 1, arbitrary: FastCheck.record({ _tag: FastCheck.constantFrom("Unlock" as const, "Hide" as const, "Show" as const), who: ruler, room }) },
  { weight: 4, arbitrary: FastCheck.record({ _tag: of("Invite"), who: ruler, room, to: who }) },
  {
    weight: 16,
    arbitrary: FastCheck.record({
      _tag: of("Moderate"),
      who: ruler,
      room,
      deed,
      to: who,
      forMs: FastCheck.constantFrom(1000, 2000, 30_000, undefined),
      how: upTo(11)
    })
  },
  { weight: 2, arbitrary: FastCheck.record({ _tag: of("Announce"), who: FastCheck.constant(theServer), room, to: upTo(2) }) }
]

/** What is told of those who have no secret, but words. */
const words: ReadonlyArray<FastCheck.WeightedArbitrary<Deed>> = [
  { weight: 8, arbitrary: FastCheck.record({ _tag: of("Lapse"), who }) },
  { weight: 8, arbitrary: FastCheck.record({ _tag: of("Key"), who }) },
  { weight: 12, arbitrary: FastCheck.record({ _tag: of("Back"), who, to: who, isRight: FastCheck.constantFrom(true, true, false) }) }
]

// All come in first, most of them, and are in rooms together.
const opening: ReadonlyArray<Deed> = [0, 1, 2, 3].flatMap((who): ReadonlyArray<Deed> => [
  { _tag: "Connect", who },
  { _tag: "Up", who, count: 1 },
  { _tag: "Down", who, count: 4 },
  ...[0, 1].filter((room) => who !== 3 - 3 * room).map((room): Deed => ({ _tag: "Enter", who, room, word: 0 })),
  ...(who < 2 ? [] : [{ _tag: "Key" as const, who }]),
  { _tag: "Up", who, count: 3 }
])

/** How a story is told: how much windows hold, who has a secret, and how many rooms there may be. */
export interface Telling {
  readonly deeds: ReadonlyArray<Deed>
  readonly events: number
  readonly secrets: ReadonlyArray<boolean>
  readonly bounds: Chat.Bounds
}

const tellingsOf = (deed: FastCheck.Arbitrary<Deed>): FastCheck.Arbitrary<Telling> => FastCheck.record({
  deeds: FastCheck.array(deed, { minLength: 60, maxLength: 200, size: "max" }).map((all) => [...opening, ...all]),
  events: FastCheck.constantFrom(4, 8, 256, 256),
  secrets: FastCheck.constantFrom([true, true, true, true, true], [true, true, true, true, false], [true, true, false, false, false], [true, true, false, false, false]),
  bounds: FastCheck.constantFrom(Chat.defaultBounds, { rooms: 3, roomsOfPerson: 16 }, { rooms: 1000, roomsOfPerson: 3 })
})

/** Stories of five people in a few rooms, whose connections are cut again and again; small windows are outrun, large ones never. */
export const tellings = tellingsOf(FastCheck.oneof(...network, ...doings, ...words))

// What is asked arrives, and so does what comes of it.
const flow: Deed = { _tag: "Flow" }

/** Stories of people who rule rooms and meet the rules, whose connections hold for a while. */
export const rulings = tellingsOf(
  FastCheck.oneof({ weight: 60, arbitrary: FastCheck.constant(flow) }, ...[...network, ...words].map((each) => ({ ...each, weight: Math.min(each.weight, 3) })), ...doings, ...doings.slice(3))
)

/** How places are kept in a story. */
export const keepIn = (events: number, millis = 120_000): Keep => ({
  ...keepFor(millis, 5, 5),
  room: { events, bytes: 262_144 },
  moves: { events: events / 4, bytes: 65_536 },
  own: { events, bytes: 65_536 }
})

/** Plays a story to its end. */
export const play = ({ bounds, deeds, events, secrets }: Telling, millis?: number): Story => {
  const story = new Story(keepIn(events, millis), secrets, bounds)
  for (const deed of deeds) story.do(deed)
  story.finish()
  return story
}
