import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Refusal } from "../../domain/Refusal.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { defaults } from "./defaults.ts"

/** What was given beforehand; the rest is asked for, or takes its default. */
export interface Given {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
  readonly name: Option.Option<string>
  readonly password: Option.Option<Redacted.Redacted>
}

/** Where to connect, and as who. */
interface Answers {
  readonly host: string
  readonly port: number
  readonly name: string
  /** Asked for only where the room needs one. */
  readonly password: Redacted.Redacted | undefined
}

type Field = keyof Answers

/** The questions before a room: what is still to be asked, and the answers so far, which are the defaults. */
export interface Form {
  readonly answers: Answers
  readonly asking: ReadonlyArray<Field>
  /** The name that is ours to make up: when it is taken, another number is as good. */
  readonly made: string
  /** Whether the password was the last question: what is typed next may be it again. */
  readonly isSecretAsked: boolean
}

const labels: Record<Field, string> = { host: "Host", port: "Port", name: "Name", password: "Password" }
const fields: ReadonlyArray<Field> = ["host", "port", "name"]

/** Asks for what was not given. `made` is the name for who does not care. */
export const begin = ({ host, name, password, port }: Given, made: string): Form => ({
  answers: {
    host: Option.getOrElse(host, () => defaults.host),
    port: Option.getOrElse(port, () => defaults.port),
    name: Option.getOrElse(name, () => made),
    password: Option.getOrUndefined(password)
  },
  asking: [
    ...(Option.isNone(host) ? (["host"] as const) : []),
    ...(Option.isNone(port) ? (["port"] as const) : []),
    ...(Option.isNone(name) ? (["name"] as const) : [])
  ],
  made,
  isSecretAsked: false
})

/** Asks for nothing: what was not given takes its default. */
export const unasked = (form: Form): Form => ({ ...form, asking: [] })

/** Asks for everything, with the last answers as defaults. */
export const again = (form: Form): Form => ({ ...form, asking: fields, isSecretAsked: false })

/** Asks for the password, all else being answered. */
export const withPassword = (form: Form): Form => ({ ...form, asking: ["password"], isSecretAsked: true })

/** The next question, such as `Port [25565]: `; `undefined` when all is answered. */
export const question = ({ answers, asking }: Form): string | undefined => {
  const field = asking[0]
  if (field === undefined) return undefined
  return field === "password" ? `${labels[field]}: ` : `${labels[field]} [${answers[field]}]: `
}

/** Whether the answer is not for the eyes of others. */
export const isSecret = ({ asking }: Form): boolean => asking[0] === "password"

/** The form after an answer to its question, where an empty one takes the default; or why that cannot be one. */
export const answer = (form: Form, text: string): Form | Refusal => {
  const [field, ...asking] = form.asking
  const words = field === "password" ? text : text.trim()
  if (field === undefined || words === "") return { ...form, asking }
  const taken = (answers: Partial<Answers>): Form => ({ ...form, answers: { ...form.answers, ...answers }, asking })
  switch (field) {
    case "host":
      return taken({ host: words })
    case "port": {
      const port = Number(words)
      return /^\d{1,5}$/u.test(words) && port >= 1 && port <= 65_535
        ? taken({ port })
        : new Refusal({ code: "bad-command", message: "A port is a whole number from 1 to 65535." })
    }
    case "password":
      return taken({ password: Redacted.make(words) })
    case "name": {
      // How long it may be the room says.
      const name = Nickname.parse(words, Nickname.limited(Nickname.mostGraphemes))
      return name instanceof Refusal ? name : taken({ name })
    }
  }
}

/** The name after `tries` of its kind were taken, if it is ours to make up: `User4821`, `User4822`. */
export const anotherName = ({ answers, made }: Form, tries: number): string | undefined => {
  const match = /^(\D+)(\d+)$/u.exec(made)
  return answers.name === made && match !== null && tries <= maxTries
    ? `${match[1] ?? ""}${Number(match[2]) + tries}`
    : undefined
}

/** How many names of our making are tried. */
const maxTries = 20
