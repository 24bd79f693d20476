import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { asked, numbered, sparesOf } from "../../domain/nameIndex.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { Refusal, type RefusalCode } from "../../domain/Refusal.ts"
import * as Typed from "../../domain/typed.ts"
import { defaults } from "./defaults.ts"

/** The answers given as options or in the environment; the others are asked for, or take their defaults. */
export interface Given {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
  readonly name: Option.Option<string>
  readonly password: Option.Option<Redacted.Redacted>
  /** Whether what is answered goes to the server encrypted. */
  readonly isSecured?: boolean
}

/** Where to connect, and under which name. */
interface Answers {
  readonly host: string
  readonly port: number
  readonly name: string
  /** Asked for only where the room needs one. */
  readonly password: Redacted.Redacted | undefined
}

type Field = keyof Answers

/** The questions before joining: the fields still to be asked, and the answers so far, which are offered as defaults. */
export interface Form {
  readonly answers: Answers
  readonly asking: ReadonlyArray<Field>
  /** The name that the form has made up (`User4821`, or `Ada_2` for an Ada): if it is taken, the client may try another number. */
  readonly made: string
  /** Whether the password was the last question: the next line may be the password typed once more. */
  readonly isSecretAsked: boolean
  /** Whether what is answered goes to the server encrypted. */
  readonly isSecured: boolean
}

const labels: Record<Field, string> = { host: "Host", port: "Port", name: "Name", password: "Password" }
const fields: ReadonlyArray<Field> = ["host", "port", "name"]

/** A form that asks for what was not given. `made` is the generated name, the default of the name. */
export const begin = ({ host, isSecured = false, name, password, port }: Given, made: string): Form => ({
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
  isSecretAsked: false,
  isSecured
})

/** A form that asks nothing: what was not given takes its default. */
export const unasked = (form: Form): Form => ({ ...form, asking: [] })

/** The form after joining failed: it asks again for what was wrong. `code` is the server's refusal, `undefined` when there was none. */
export const again = (form: Form, code: RefusalCode | undefined): Form => {
  switch (code) {
    case "password-required":
    case "password-wrong":
    case "password-wait":
      return withPassword(form)
    case "name-taken":
      return withName(form, nameLike(form.answers.name, 2) ?? form.made)
    case "name-reserved":
    case "name-empty":
    case "name-too-long":
    case "name-not-allowed":
      return withName(form, form.made)
    default:
      return { ...form, asking: fields, isSecretAsked: false }
  }
}

/** A form that asks for the password only, and keeps the other answers. */
export const withPassword = (form: Form): Form => ({ ...form, asking: ["password"], isSecretAsked: true })

// A form that asks for the name only, and offers this one.
const withName = (form: Form, name: string): Form => ({ ...form, answers: { ...form.answers, name }, made: name, asking: ["name"], isSecretAsked: false })

// A name like one that is taken, as the server makes them for those who cannot be asked.
const nameLike = (taken: string, number: number): string | undefined => {
  const name = Nickname.lenient(taken)
  return name === undefined ? undefined : numbered(sparesOf(asked(name), Nickname.defaultLimits), number).name
}

/** The next question, such as `Port [25565]: `; `undefined` when all is answered. */
export const question = ({ answers, asking, isSecured }: Form): string | undefined => {
  const field = asking[0]
  if (field === undefined) return undefined
  return field === "password" ? `${labels[field]}${isExposed({ answers, isSecured }) ? " (unencrypted on its way)" : ""}: ` : `${labels[field]} [${answers[field]}]: `
}

/** Whether others could read on the way what goes to the server. Nothing is on the way to this machine's own names and addresses. */
export const isExposed = ({ answers, isSecured }: Pick<Form, "answers" | "isSecured">): boolean => !isSecured && !/^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/iu.test(answers.host)

/** What whoever types the word of a room is told behind the first of them that goes out so. */
export const exposure = "That word was sent unencrypted: whoever is on the way could read it."

/** Whether the answer has to be hidden: it is a password. */
export const isSecret = ({ asking }: Form): boolean => asking[0] === "password"

/** The form after an answer to its question (an empty answer takes the default), or why the answer is not accepted. */
export const answer = (form: Form, text: string): Form | Refusal => {
  const [field, ...asking] = form.asking
  const words = field === "password" ? text : text.trim()
  if (field === undefined || words === "") return { ...form, asking }
  const taken = (answers: Partial<Answers>): Form => ({ ...form, answers: { ...form.answers, ...answers }, asking })
  switch (field) {
    case "host":
      return hostName.test(words) || address.test(words) ? taken({ host: words }) : new Refusal({ code: "bad-command", message: noHost })
    case "port": {
      const port = Number(words)
      return /^\d{1,5}$/u.test(words) && port >= 1 && port <= 65_535
        ? taken({ port })
        : new Refusal({ code: "bad-command", message: "A port is a whole number from 1 to 65535." })
    }
    case "password":
      return taken({ password: Redacted.make(words) })
    case "name": {
      // The room has its own limit on names, not known yet: only what no room would accept is refused here.
      const name = Nickname.parse(words, Nickname.limited(Nickname.mostGraphemes))
      return name instanceof Refusal ? name : taken({ name })
    }
  }
}

// A host's name, also in other scripts than Latin; an address of IPv6, which may be in brackets and have a zone.
const hostName = /^[\p{L}\p{M}\p{N}._-]+$/u
const address = /^\[?(?=[^:]*:[^:]*:)[\da-f:.]+(?:%[\w.-]+)?\]?$/iu
const noHost = "A host is a name such as chat.example.org, or an address such as 192.0.2.7. /quit leaves."

/** Whether an answer asks to leave instead; a password may be anything. */
export const isQuit = (form: Form, text: string): boolean => {
  const read = isSecret(form) ? undefined : Typed.read(text, Nickname.limited(Nickname.mostGraphemes))
  return !(read instanceof Refusal) && read?._tag === "Quit"
}

/** The next made-up name after `tries` of them were taken (`User4821`, `User4822`); `undefined` if the user chose the name, or after 20 tries. */
export const anotherName = ({ answers, made }: Form, tries: number): string | undefined => {
  const match = /^(.*?)(\d{1,9})$/su.exec(made)
  return answers.name === made && match !== null && tries <= maxTries
    ? `${match[1] ?? ""}${Number(match[2]) + tries}`
    : undefined
}

/** The name with a number behind it, after `tries` such names were taken (`Ada_2`, `Ada_3`); `undefined` where none can be made, or after 20 tries. */
export const numberedName = (taken: string, tries: number): string | undefined => (tries <= maxTries ? nameLike(taken, tries + 1) : undefined)

/** How many made-up names are tried. */
const maxTries = 20
