import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as AST from "effect/SchemaAST"
import { RefusalCode } from "../../src/domain/Refusal.ts"
import { Event } from "../../src/domain/Event.ts"
import { LeaveCode } from "../../src/domain/LeaveCode.ts"
import { ClientMessage } from "../../src/domain/wire/Ndjson.ts"

const page = readFileSync(new URL("../../docs/wire/native.md", import.meta.url), "utf8")

/** The part of a page under this heading, up to the next one of its level or above. */
const section = (text: string, heading: string): string => {
  const level = /^#+/u.exec(heading)?.[0] ?? ""
  const start = text.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`There is no heading ${heading}`)
  const body = text.slice(start + heading.length + 2)
  const end = body.search(new RegExp(`^#{1,${level.length}} `, "mu"))
  return end < 0 ? body : body.slice(0, end)
}

/** The first column of the table in a part of the page: what stands between its backquotes, and what follows them. */
const rows = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^\| `([^`]+)`(\??) \|/gmu)].map(([, name = "", optional = ""]) => name + optional)

/** The kind of a message, and its other fields; those that are optional have a `?`. */
const shape = ({ ast }: { readonly ast: AST.AST }) => {
  const properties = AST.getPropertySignatures(ast)
  const tag = properties.find(({ name }) => name === "_tag")?.type
  if (tag === undefined || !AST.isLiteral(tag)) throw new Error("A message has a _tag")
  const fields = properties
    .filter(({ name }) => name !== "_tag")
    .map(({ isOptional, name }) => `${String(name)}${isOptional ? "?" : ""}`)
  return { kind: String(tag.literal), fields }
}

const kinds = (text: string): ReadonlyArray<string> => [...text.matchAll(/^### `(\w+)`$/gmu)].map(([, kind = ""]) => kind)

describe("docs/wire/native.md", () => {
  const sides = [
    { heading: "## What a client sends", shapes: ClientMessage.members.map(shape) },
    { heading: "## What a server sends", shapes: Event.members.map(shape) }
  ]

  describe.each(sides)("$heading", ({ heading, shapes }) => {
    const side = section(page, heading)

    it("names every kind there is, and no other", () => {
      expect([...kinds(side)].sort()).toEqual(shapes.map(({ kind }) => kind).sort())
    })

    it.each(shapes)("$kind has all its fields there, and no other", ({ fields, kind }) => {
      expect(rows(section(side, `### \`${kind}\``))).toEqual(fields)
    })
  })

  it("names every reason to be gone", () => {
    expect(rows(section(page, "## Why somebody left"))).toEqual(LeaveCode.literals)
  })

  it("names every reason to be refused", () => {
    expect(rows(section(page, "## Why something was refused"))).toEqual(RefusalCode.literals)
  })
})
