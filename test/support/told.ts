import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Peer } from "./Peer.ts"

const Somebody = Schema.Struct({ id: Schema.String, name: Schema.String })
const Departed = Schema.Struct({ member: Somebody, code: Schema.String, reason: Schema.optional(Schema.String) })

/** A native line as far as it tells its place in the order, and who came and went. */
const Told = Schema.Struct({
  _tag: Schema.String,
  /** The last number it stands for. */
  seq: Schema.optional(Schema.Number),
  /** The first, where it stands for many. */
  first: Schema.optional(Schema.Number),
  ref: Schema.optional(Schema.String),
  member: Schema.optional(Somebody),
  code: Schema.optional(Schema.String),
  reason: Schema.optional(Schema.String),
  joined: Schema.optional(Schema.Array(Somebody)),
  left: Schema.optional(Schema.Array(Departed))
})
export type Told = typeof Told.Type

export const readTold = Schema.decodeUnknownSync(Schema.parseJson(Told))

/** Those who came, one by one or many at once. */
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

/** Those who went, one by one or many at once. */
export const departures = ({ _tag, code, left = [], member, reason }: Told): ReadonlyArray<Departure> => [
  ...(_tag === "Left" && member !== undefined ? [{ ...member, code, reason }] : []),
  ...left.map(({ code, member, reason }) => ({ ...member, code, reason }))
]

/** All that a native client is told from now on, up to the line that fits, that one included. */
export const toldUpTo = (peer: Peer, fits: (told: Told) => boolean): Effect.Effect<ReadonlyArray<Told>> =>
  Effect.gen(function* () {
    const all: Array<Told> = []
    for (;;) {
      const told = readTold(yield* peer.line)
      all.push(told)
      if (fits(told)) return all
    }
  })
