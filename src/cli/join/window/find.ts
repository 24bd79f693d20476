import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { clean } from "../../../domain/Text.ts"
import { programName } from "../../program.ts"
import { type Wanted, type Wrong, wrong } from "./answers.ts"

/** How long a server may take to answer, ms. */
const patience = 5000

/** How much of an answer is read, bytes: the page is smaller. */
const mostRead = 65_536

/** Sees whether the page of a room is where somebody wants to join one; if not, says in words for people what is wrong. */
export const find = (wanted: Wanted): Effect.Effect<void, Wrong> =>
  Effect.gen(function* () {
    // Whether it trusts the server, a browser decides for itself, and shows what is wrong.
    if (wanted.page.protocol === "https:") return
    const health = yield* ask(wanted, "/health")
    const page = yield* ask(wanted, "/")
    const isPage = page.status === 200 && page.type.startsWith("text/html") && page.text.includes("<title>brusio</title>")
    if (health.status === 200 && isPage) return
    if (page.status === 421) return yield* Effect.fail(misnamed(wanted))
    if (page.status === 503 && page.isRoom) return yield* Effect.fail(full(wanted, page.text))
    return yield* Effect.fail(/brusio/iu.test(page.text) ? pageless(wanted) : another(wanted))
  })

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  /** Whether it has the header that a room sends with each answer. */
  readonly isRoom: boolean
}

const ask = (wanted: Wanted, path: string): Effect.Effect<Answer, Wrong> =>
  Effect.tryPromise({
    try: async (signal) => {
      // A connection that is kept would keep a place in the room, which may be the last.
      const response = await fetch(new URL(path, wanted.page), { signal, redirect: "manual", headers: { connection: "close" } })
      const { headers, status } = response
      const isRoom = (headers.get("content-security-policy") ?? "").endsWith("trusted-types brusio")
      return { status, type: headers.get("content-type") ?? "", text: await beginning(response), isRoom }
    },
    catch: (error) => failed(wanted, codeOf(error))
  }).pipe(Effect.timeoutFail({ duration: patience, onTimeout: () => failed(wanted, "ETIMEDOUT") }))

const beginning = async (response: Response): Promise<string> => {
  let text = ""
  const decoder = new TextDecoder()
  for await (const each of response.body ?? []) {
    const part: unknown = each
    if (part instanceof Uint8Array) text += decoder.decode(part, { stream: true })
    if (text.length > mostRead) break
  }
  return text
}

// What `fetch` fails with is behind its error: a code of the system or of the HTTP client, or the words "bad port".
const codeOf = (error: unknown): string => {
  const cause = Predicate.hasProperty(error, "cause") ? error.cause : error
  if (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code)) return cause.code
  return Predicate.isError(cause) ? cause.message : ""
}

const at = ({ host, port }: Wanted): string => `${clean(host)}, port ${port}`

const failed = (wanted: Wanted, code: string): Wrong => {
  const host = clean(wanted.host)
  switch (code) {
    case "ECONNREFUSED":
      return wrong("host", `Nobody answers at ${at(wanted)}. Is the room open? Change what is wrong and try again.`)
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return wrong("host", `There is no address ${host}, or it is not known here. Is it spelt right?`)
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
      return wrong("host", `There is no answer from ${at(wanted)}. Is the address right, and is the room open there?`)
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return wrong("host", `${host} cannot be reached from here. Are both computers in the same network?`)
    case "bad port":
      return wrong("port", `Browsers open no page on port ${wanted.port}: the room needs another port. Or join it in a terminal: ${inTerminal(wanted)}`)
    default:
      return another(wanted)
  }
}

const another = (wanted: Wanted): Wrong => wrong("port", `What answers at ${at(wanted)}, is another program and not a brusio room. Is the port right?`)

const full = (wanted: Wanted, words: string): Wrong => wrong("host", `The room at ${at(wanted)}, answers: ${clean(words.trim())}`)

const pageless = (wanted: Wanted): Wrong =>
  wrong("host", `The room at ${at(wanted)}, has no page for browsers: its brusio is older than this one. Join it in a terminal: ${inTerminal(wanted)}`)

const misnamed = (wanted: Wanted): Wrong =>
  wrong("host", `The server at ${at(wanted)}, is not to be called ${clean(wanted.host)}. Use its address in numbers, or have it started with --allow-host ${clean(wanted.host)}.`)

const inTerminal = ({ host, port }: Wanted): string => `${programName()} join --host ${clean(host)} --port ${port}`
