import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Answers } from "../client/screen/formMessages.ts"

/** What this browser keeps: how somebody likes the page. */
export const Taste = Schema.Struct({
  theme: Schema.optional(Schema.Literal("light", "dark")),
  sound: Schema.optional(Schema.Boolean),
  notifications: Schema.optional(Schema.Boolean),
  name: Schema.optional(Schema.String)
})
export type Taste = typeof Taste.Type

/** A place where a browser keeps something. */
interface Shelf<A> {
  readonly read: () => A
  readonly write: (value: A) => void
}

/** Where a browser keeps a value, by a name; `otherwise` is what is read where there is none. Storage throws where the browser forbids it, and when it is full: the page then works without. */
export const shelf = <A, I>(storage: () => Storage, name: string, schema: Schema.Schema<A, I>, otherwise: A): Shelf<A> => {
  const text = Schema.parseJson(schema)
  const decode = Schema.decodeUnknownOption(text)
  const encode = Schema.encodeSync(text)
  const attempt = Option.liftThrowable((work: () => string | null) => work())
  return {
    read: () => attempt(() => storage().getItem(name)).pipe(Option.flatMap(decode), Option.getOrElse(() => otherwise)),
    write: (value) => {
      attempt(() => {
        storage().setItem(name, encode(value))
        return null
      })
    }
  }
}

/** What the browser keeps. */
export const taste = shelf<Taste, typeof Taste.Encoded>(() => localStorage, "brusio", Taste, {})

/** What stands in the form that asks for a room, as long as its window is open. */
export const answersKept = shelf<Answers, typeof Answers.Encoded>(() => sessionStorage, "brusio-form", Answers, { host: "", port: "", name: "" })
