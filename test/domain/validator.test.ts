import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Happening } from "../../src/domain/Entry.ts"
import { Part } from "../../src/domain/replica/Part.ts"
import { validator } from "../../src/domain/replica/validator.ts"
import { always } from "../support/property.ts"

/** What JSON makes of a value. */
const travelled = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Where a value is to be another one: which of its inner values, and what is done there. */
interface Edit {
  readonly steps: ReadonlyArray<number>
  readonly what: "replace" | "remove" | "add"
  readonly by: unknown
}

const edits: FastCheck.Arbitrary<Edit> = FastCheck.record({
  steps: FastCheck.array(FastCheck.nat(30), { maxLength: 6 }),
  what: FastCheck.constantFrom("replace", "remove", "add"),
  by: FastCheck.oneof(FastCheck.jsonValue({ maxDepth: 1 }), FastCheck.constantFrom("", "lobby", "Say", "Person", "member", 0, -1, true, null, [], {}))
})

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

const edited = (value: unknown, { by, steps, what }: Edit): unknown => {
  const [step, ...rest] = steps
  if (isList(value)) {
    const at = (step ?? 0) % (value.length + 1)
    if (step === undefined || at === value.length) return what === "add" ? [...value, by] : what === "remove" ? value.slice(1) : by
    return value.with(at, edited(value[at], { by, steps: rest, what }))
  }
  if (!Predicate.isRecord(value)) return by
  const fields = Object.keys(value)
  const field = fields[(step ?? 0) % (fields.length + 1)]
  if (field === undefined || step === undefined) return what === "add" ? { ...value, more: by } : by
  if (rest.length === 0 && what === "remove") return Object.fromEntries(Object.entries(value).filter(([each]) => each !== field))
  return { ...value, [field]: edited(value[field], { by, steps: rest, what }) }
}

const schemas: ReadonlyArray<readonly [name: string, schema: Schema.Schema.AnyNoContext]> = [
  ["entries", Happening],
  ["parts of a state", Part],
  ["tuples, literals, refinements and unions", Schema.Union(
    Schema.Tuple(Schema.Number, Schema.NonEmptyString),
    Schema.Tuple([Schema.Boolean], Schema.Literal("a", "b", 3)),
    Schema.Struct({ _tag: Schema.Literal("x"), at: Schema.Number.pipe(Schema.between(0, 5)), maybe: Schema.UndefinedOr(Schema.String) }),
    Schema.Struct({ _tag: Schema.Literal("x"), list: Schema.NonEmptyArray(Schema.Int) }),
    Schema.Struct({ _tag: Schema.optional(Schema.Literal("x", "y")), also: Schema.optionalWith(Schema.String, { exact: true }) }),
    Schema.Literal(null, "lobby")
  )]
]

describe("A validator", () => {
  it.each(schemas)("says of JSON what the schema does: %s", (_, schema) => {
    const decode = Schema.decodeUnknownEither(schema, { onExcessProperty: "error" })
    const isValid = validator(schema)
    const seen = { valid: 0, invalid: 0 }
    always(
      FastCheck.tuple(Arbitrary.make(schema), FastCheck.array(edits, { maxLength: 2 })),
      ([value, changes]) => {
        const json = changes.reduce(edited, travelled(value))
        const decoded = decode(json)
        expect(isValid(json)).toBe(Either.isRight(decoded))
        seen[isValid(json) ? "valid" : "invalid"] += 1
        if (Either.isRight(decoded)) expect(decoded.right).toEqual(json)
      },
      1500
    )
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(200)
  })

  it.each(schemas)("says of what is to be written what the schema does: %s", (_, schema) => {
    const encode = Schema.encodeUnknownEither(schema, { onExcessProperty: "error" })
    const isValid = validator(schema)
    always(FastCheck.tuple(Arbitrary.make(schema), FastCheck.array(edits, { maxLength: 1 })), ([value, changes]) => {
      const written = changes.reduce(edited, value)
      const encoded = encode(written)
      expect(isValid(written)).toBe(Either.isRight(encoded))
      if (Either.isRight(encoded)) expect(travelled(written)).toEqual(travelled(encoded.right))
    })
  })

  it.each<readonly [string, Schema.Schema.AnyNoContext, unknown]>([
    ["a string that becomes a number", Schema.NumberFromString, "1"],
    ["a field with a default", Schema.Struct({ field: Schema.optionalWith(Schema.String, { default: () => "" }) }), { field: "" }],
    ["a record of what becomes something else", Schema.Record({ key: Schema.String, value: Schema.NumberFromString }), { key: "1" }],
    ["a record of certain keys", Schema.Record({ key: Schema.TemplateLiteral("k", Schema.String), value: Schema.String }), { key: "value" }],
    ["anything", Schema.Unknown, 1]
  ])("never says yes to what it does not know, or what is not left as it is: %s", (_, schema, value) => {
    expect(Either.isRight(Schema.decodeUnknownEither(schema)(value))).toBe(true)
    expect(validator(schema)(value)).toBe(false)
  })
})
