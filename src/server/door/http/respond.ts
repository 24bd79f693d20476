/** What a request is answered with that opens no WebSocket. */
import type * as Http from "node:http"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Desk } from "../../operator/Desk.ts"
import { answerAsset, answerText } from "./answer.ts"
import * as Hooks from "./Hooks.ts"
import { askedOf, check, type Denied, hookAt, notFound, watchedAt } from "./request.ts"
import { noPlace, tryAgain } from "./full.ts"
import { operatorPath, Site } from "./Site.ts"
import { makeWatched } from "./watched.ts"
import type { Visit } from "./Visit.ts"

/** What goes with an answer of this status. */
export const along: Readonly<Record<number, Http.OutgoingHttpHeaders>> = { 405: { allow: "GET, HEAD" }, 426: { "sec-websocket-version": "13" }, 503: tryAgain }

/** Where another program of the operator's user asks for a code that opens the window, with the key in `Authorization`. */
const codePath = `${operatorPath}/code`

/** Makes what answers the requests of visits. `names`: the hosts that the server may be asked for. */
export const makeRespond = (names: ReadonlyArray<string>, visitOf: (request: Http.IncomingMessage) => Visit | undefined) =>
  Effect.gen(function* () {
    const site = yield* Site
    const answerWatched = yield* makeWatched
    const hooks = yield* Hooks.Hooks
    const desk = Option.getOrUndefined(yield* Effect.serviceOption(Desk))

    const deny = (response: Http.ServerResponse, { allow, status, words }: Denied) => {
      answerText(response, status, words, { connection: "close", ...along[status], ...(allow === undefined ? {} : { allow }) })
    }
    const respond = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
      const checked = check(askedOf(request), names, hooks.answer !== undefined)
      if ("status" in checked) {
        deny(response, checked)
        return
      }
      const { path } = checked
      const visit = visitOf(request)
      const watched = watchedAt(path)
      if (watched !== undefined && visit !== undefined && (yield* answerWatched(response, watched, visit))) return
      const hooked = hookAt(path)
      if (hooked !== undefined && hooks.answer !== undefined && visit !== undefined) {
        if (visit.isSentAway) sendToHttps(request, response)
        else yield* hooks.answer(request, response, hooked, visit.from)
        return
      }
      const isOperators = visit?.isOperators === true
      const code = path === codePath && isOperators ? yield* codeFor(request) : undefined
      // To others the operator's page is none.
      const asset = path === operatorPath && !isOperators ? undefined : yield* site.find(path)
      const isOfWindow = path === operatorPath || path === codePath || asset?.isImmutable === true
      if (visit?.isSentAway === true && !(isOfWindow && visit.isOperators)) sendToHttps(request, response)
      else if (visit?.full !== undefined && !isOfWindow) deny(response, { status: 503, words: noPlace(visit.full.reason) })
      else if (code !== undefined) answerText(response, 200, code)
      else if (asset !== undefined) answerAsset(request, response, asset)
      else answerText(response, notFound.status, notFound.words)
    })
    // For this time only: the server may be started without TLS again.
    const sendToHttps = (request: Http.IncomingMessage, response: Http.ServerResponse) => {
      const location = `https://${request.headers.host ?? ""}${request.url ?? "/"}`
      answerText(response, 307, `This room is encrypted: it is at ${location}`, { location, connection: "close" })
    }
    const codeFor = (request: Http.IncomingMessage) => {
      const [, key] = /^Bearer ([\w-]+)$/u.exec(request.headers.authorization ?? "") ?? []
      return key === undefined || desk === undefined ? Effect.succeed(undefined) : desk.codeFor(key)
    }

    return respond
  })
