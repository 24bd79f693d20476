import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { type Bounds, mostBytes } from "../../domain/history.ts"
import type { Setting } from "../settings.ts"

/** What is kept of a room where only one of its bounds is given. */
const defaultBounds: Bounds = { lines: 1000, bytes: 1_048_576, age: 86_400_000, allBytes: mostBytes }

const sizes: Readonly<Record<string, number>> = { kb: 1024, mb: 1_048_576 }
const ages: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The most that each bound may be. */
const most = { lines: 100_000, bytes: mostBytes, age: 7 * 86_400_000 }

// One bound: lines, a size or an age, by its unit.
const boundOf = (part: string): Partial<Bounds> | undefined => {
  const [, digits = "", unit = ""] = /^(\d{1,9})([a-z]*)$/u.exec(part.trim().toLowerCase()) ?? []
  const count = Number(digits)
  if (digits === "" || count === 0) return undefined
  const [size, age] = [sizes[unit], ages[unit]]
  const bound = unit === "" ? { lines: count } : size !== undefined ? { bytes: count * size } : age !== undefined ? { age: count * age } : undefined
  const isWithin = bound !== undefined && (bound.lines ?? 0) <= most.lines && (bound.bytes ?? 0) <= most.bytes && (bound.age ?? 0) <= most.age
  return isWithin ? bound : undefined
}

const History = Schema.transformOrFail(Schema.String, Schema.Struct({ lines: Schema.Number, bytes: Schema.Number, age: Schema.Number, allBytes: Schema.Number }), {
  strict: true,
  decode: (text, _, ast) => {
    const parts = text.split(",").map(boundOf)
    // Each of the three once.
    const kinds = parts.flatMap((part) => Object.keys(part ?? {}))
    return parts.some((part) => part === undefined) || new Set(kinds).size < kinds.length
      ? ParseResult.fail(new ParseResult.Type(ast, text))
      : ParseResult.succeed(parts.reduce<Bounds>((all, part) => ({ ...all, ...part }), defaultBounds))
  },
  encode: ({ age, bytes, lines }) => ParseResult.succeed(`${lines},${Math.ceil(bytes / 1024)}KB,${Math.ceil(age / 1000)}s`)
})

/** How much is kept of what is said, for those who enter later: as lines, as a size, as an age, or as several of these. */
export const history: Setting<Bounds> = {
  name: "history",
  pseudoName: "LINES|SIZE|AGE",
  expected: "lines such as 500 (at most 100000), a size such as 256KB or 1MB (at most 64MB), an age such as 30m, 12h or 2d (at most 7d), or several of these with commas between",
  decode: Schema.decodeUnknownEither(History)
}
