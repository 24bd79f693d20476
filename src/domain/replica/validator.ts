import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"

/*
 * A validator compiled from a schema. To decode by the schema itself costs some tens of microseconds for an entry or
 * a person, which is too much for a log that carries thousands a second and a state with ten thousand people in it.
 */

type Check = (value: unknown) => boolean

/**
 * Whether a value that came from JSON is one of the schema, as it is: to decode it would give the same value, and to
 * encode it too. A validator never says so where the schema would not; where it says no, the schema may still know better, and
 * knows the words for what is wrong: a field that the schema does not have is a no, and so is everything that is transformed.
 */
export const validator = <A, I>({ ast }: Schema.Schema<A, I>): ((value: unknown) => value is A) => {
  const check = compiled(ast)
  return (value): value is A => check(value)
}

const never: Check = () => false

const compiled = (ast: AST.AST): Check => {
  switch (ast._tag) {
    case "StringKeyword":
      return Predicate.isString
    case "NumberKeyword":
      return Predicate.isNumber
    case "BooleanKeyword":
      return Predicate.isBoolean
    case "UndefinedKeyword":
      return Predicate.isUndefined
    case "Literal":
      return (value) => value === ast.literal
    case "Refinement":
      return refinement(ast, compiled(ast.from))
    case "TupleType":
      return tuple(ast)
    case "TypeLiteral":
      return struct(ast)
    case "Union":
      return union(ast)
    default:
      return never
  }
}

const refinement = (ast: AST.Refinement, from: Check): Check => (value) => from(value) && Option.isNone(ast.filter(value, {}, ast))

const tuple = ({ elements, rest }: AST.TupleType): Check => {
  const [item, ...after] = rest.map(({ type }) => compiled(type))
  if (after.length > 0 || elements.some(({ isOptional }) => isOptional)) return never
  const heads = elements.map(({ type }) => compiled(type))
  return (value) => {
    if (!Array.isArray(value) || (item === undefined ? value.length !== heads.length : value.length < heads.length)) return false
    for (let at = 0; at < value.length; at += 1) {
      const check = heads[at] ?? item
      if (check?.(value[at]) !== true) return false
    }
    return true
  }
}

const struct = ({ indexSignatures, propertySignatures }: AST.TypeLiteral): Check => {
  const [entries, ...others] = indexSignatures
  if (entries !== undefined) return propertySignatures.length === 0 && others.length === 0 && entries.parameter._tag === "StringKeyword" ? record(compiled(entries.type)) : never
  const fields = new Map(propertySignatures.map(({ name, type }) => [name, compiled(type)]))
  // A field that is missing counts as one that is undefined, as it does where the schema decodes.
  const required = propertySignatures.filter(({ isOptional, name }) => !isOptional && fields.get(name)?.(undefined) !== true).map(({ name }) => name)
  return (value) => {
    if (!Predicate.isRecord(value)) return false
    for (const name of Object.keys(value)) if (fields.get(name)?.(value[name]) !== true) return false
    for (const name of required) if (!Object.hasOwn(value, name)) return false
    return true
  }
}

const record = (check: Check): Check => (value) => Predicate.isRecord(value) && Object.keys(value).every((name) => check(value[name]))

const union = ({ types }: AST.Union): Check => {
  const literals = new Set<unknown>()
  const tagged = new Map<unknown, Array<Check>>()
  const others: Array<Check> = []
  for (const type of types) {
    if (type._tag === "Literal") literals.add(type.literal)
    else {
      const check = compiled(type)
      const tag = tagOf(type)
      const known = tagged.get(tag)
      if (tag === undefined) others.push(check)
      else if (known === undefined) tagged.set(tag, [check])
      else known.push(check)
    }
  }
  const either: Check = (value) => {
    for (const check of others) if (check(value)) return true
    return false
  }
  return (value) => {
    if (!Predicate.isRecord(value)) return literals.has(value) || either(value)
    for (const check of tagged.get(value["_tag"]) ?? []) if (check(value)) return true
    return either(value)
  }
}

// The literal that a value must have as its tag in order to be of this type.
const tagOf = (ast: AST.AST): AST.LiteralValue | undefined => {
  if (ast._tag === "Refinement") return tagOf(ast.from)
  const tag = ast._tag === "TypeLiteral" ? ast.propertySignatures.find(({ name }) => name === "_tag") : undefined
  return tag?.type._tag === "Literal" && !tag.isOptional ? tag.type.literal : undefined
}
