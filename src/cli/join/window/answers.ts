import * as Option from "effect/Option"
import { defaults } from "../../../client/screen/defaults.ts"
import * as Form from "../../../client/screen/form.ts"
import type { Answers, Outcome } from "../../../client/screen/formMessages.ts"
import { Refusal } from "../../../domain/Refusal.ts"
import { formatAddress, parseAddress } from "../../../net/address.ts"

/** The room that the answers name, and under which name somebody wants to be in it. */
export interface Wanted {
  readonly host: string
  readonly port: number
  readonly name: string
  /** The page of the room. */
  readonly page: URL
}

/** An answer that is none, in words. */
export type Wrong = Extract<Outcome, { readonly _tag: "Wrong" }>

export const wrong = (field: Wrong["field"], words: string): Wrong => ({ _tag: "Wrong", field, words })

const noHost = "An address is a name such as chat.example.org, or numbers such as 192.0.2.7."

/**
 * Reads the answers of the form. The link to a room, and `HOST:PORT`, are
 * understood as an address: the port in it counts, and so does that it is encrypted. An empty address or port takes its default.
 */
export const read = ({ host, name, port }: Answers): Wanted | Wrong => {
  const at = parseAddress(host.trim().replace(/^https?:\/\/([^/?#\\]*).*$/isu, "$1")) ?? { host: host.trim(), port: undefined }
  let form = Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "")
  for (const [field, text] of [["host", at.host], ["port", at.port ?? port], ["name", name]] as const) {
    const next = Form.answer(form, text)
    if (next instanceof Refusal) return wrong(field, field === "host" ? noHost : next.message)
    form = next
  }
  const { answers } = form
  if (answers.name === "") return wrong("name", "A name is missing: any will do.")
  const page = pageOf(answers.host, answers.port, /^(?:https|brusios):/iu.test(host.trim()))
  return page === undefined ? wrong("host", noHost) : { ...answers, page }
}

/** The link that opens the room with the name filled in. */
export const linkTo = ({ name, page }: Wanted): string => new URL(`#${new URLSearchParams({ name }).toString()}`, page).href

// Nothing of an address may become another part of the link, and a browser has to understand it: it knows no zones, for example.
const pageOf = (host: string, port: number, isSecure: boolean): URL | undefined => {
  const text = `${isSecure ? "https" : "http"}://${formatAddress(host.replace(/^\[(.*)\]$/u, "$1"), port)}/`
  if (!URL.canParse(text)) return undefined
  const page = new URL(text)
  return page.username === "" && page.pathname === "/" && (page.port === "" ? (isSecure ? 443 : 80) : Number(page.port)) === port ? page : undefined
}

/** What the form begins with, of what the program was given. */
export const given = (given: Form.Given, made: string): Answers => ({
  host: `${given.isSecured === true ? "https://" : ""}${Option.getOrElse(given.host, () => defaults.host)}`,
  port: String(Option.getOrElse(given.port, () => defaults.port)),
  name: Option.getOrElse(given.name, () => made)
})
