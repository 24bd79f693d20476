import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { FromDesk, ToDesk } from "../../src/domain/wire/Desk.ts"

const page = readFileSync(new URL("../../docs/wire/operator.md", import.meta.url), "utf8")
const blocks = [...page.matchAll(/^```json\n(.*?)^```$/gmsu)].map(([, block = ""]) => block.trimEnd().split("\n"))

/** The tags of the structs in a union. */
const tagsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Union") return ast.types.flatMap(tagsOf)
  if (ast._tag !== "TypeLiteral") return []
  return ast.propertySignatures.flatMap(({ name, type }) => (name === "_tag" && type._tag === "Literal" ? [String(type.literal)] : []))
}

describe("The messages of the operator's window", () => {
  it.each([["asked", 0, FromDesk], ["told", 1, ToDesk]] as const)("that are %s are those of the schema, and each is on the page", (_, index, schema) => {
    const decode = Schema.decodeUnknownSync(Schema.parseJson(schema), { onExcessProperty: "error" })
    const shown = (blocks[index] ?? []).map((line) => decode(line)._tag)
    expect([...new Set(shown)].sort()).toEqual([...tagsOf(schema.ast)].sort())
    expect(blocks).toHaveLength(2)
  })
})
