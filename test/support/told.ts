import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Peer } from "./Peer.ts"

const Somebody = Schema.Struct({ id: Schema.String, name: Schema.String })
const Departed = Schema.Struct({ member: Somebody, code: Schema.String, reason: Schema.optional(Schema.String) })

/** The fields of a native event that tell its sequence numbers and who came or left. */
const Told = Schema.Struct({
  _tag: Schema.String,
  /** The last sequence number that it stands for. */
  seq: Schema.optional(Schema.Number),
  /** The first sequence number, if it stands for several. */
  first: Schema.optional(Schema.Number),
  ref: Schema.optional(Schema.String),
  member: Schema.optional(Somebody),
  code: Schema.optional(Schema.String),
  reason: Schema.optional(Schema.String),
  joined: Schema.optional(Schema.Array(Somebody)),
  left: Schema.optional(Schema.Array(Departed))
})
/** What {@link readTold} gives. */
export type Told = typeof Told.Type

/** Decodes a native line; throws if it is not one. */
export const readTold = Schema.decodeUnknownSync(Schema.parseJson(Told))

/** The ids of those who joined, by a `Joined` or a `Presence`. */
export const arrivals = ({ _tag, joined = [], member }: Told): ReadonlyArray<string> => [
  ...(_tag === "Joined" && member !== undefined ? [member.id] : []),
  ...joined.map(({ id }) => id)
]

interface Departure {
  readonly id: string
  readonly name: string
  readonly code: string | undefined
  readonly reason: string | undefined
}

/** Those who left, by a `Left` or a `Presence`. */
export const departures = ({ _tag, code, left = [], member, reason }: Told): ReadonlyArray<Departure> => [
  ...(_tag === "Left" && member !== undefined ? [{ ...member, code, reason }] : []),
  ...left.map(({ code, member, reason }) => ({ ...member, code, reason }))
]

/** What a native client receives from now on, up to and including the first that `fits`. */
export const toldUpTo = (peer: Peer, fits: (told: Told) => boolean): Effect.Effect<ReadonlyArray<Told>> =>
  Effect.gen(function* () {
    const all: Array<Told> = []
    for (;;) {
      const told = readTold(yield* peer.line)
      all.push(told)
      if (fits(told)) return all
    }
  })
