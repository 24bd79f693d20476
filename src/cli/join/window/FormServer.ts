import { randomBytes, timingSafeEqual } from "node:crypto"
import * as Http from "node:http"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import * as FiberSet from "effect/FiberSet"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Answers, Outcome, tokenHeader } from "../../../client/screen/formMessages.ts"
import { answerAsset, answerText, guarded } from "../../../server/door/http/answer.ts"
import { check, type Denied } from "../../../server/door/http/request.ts"
import { Site } from "../../../server/door/http/Site.ts"
import { linkTo, read } from "./answers.ts"
import { find } from "./find.ts"

/** The form of `join --window`, served to browsers on this machine alone. */
export interface FormServer {
  /** The link that opens the form. */
  readonly link: string
  /** Completes when the form has served: a window has gone on to a room (`true`), or every window was closed (`false`). */
  readonly over: Effect.Effect<boolean>
}

/** How long after its last window was closed the form is kept, ms: a reload closes it and opens it again. */
const grace = 5000

/** How long the answers may be, bytes. */
const mostBytes = 4096

const decodeAnswers = Schema.decodeUnknown(Schema.parseJson(Answers))
const encodeAnswers = Schema.encodeSync(Schema.parseJson(Answers))
const encodeOutcome = Schema.encodeSync(Schema.parseJson(Outcome))

const json = { "content-type": "application/json" }

/**
 * Serves the form on a free port of the loopback, while the scope is open.
 *
 * Every page that a browser shows can send requests to this port. None of theirs is
 * served: a request names this very address and port as its Host, comes from no
 * other origin, and for all but the files of the page carries a token that only the link of the form tells.
 */
export const serveForm = (given: Answers): Effect.Effect<FormServer, never, Site | Scope.Scope> =>
  Effect.gen(function* () {
    const site = yield* Site
    const token = randomBytes(16).toString("base64url")
    const over = yield* Deferred.make<boolean>()
    const run = yield* FiberSet.makeRuntime<never, void>()
    // What ends the form, unless a window opens before.
    const ending = yield* FiberHandle.make()
    const endLater = yield* FiberHandle.runtime(ending)()
    let windows = 0
    let own = ""

    const denied = (request: Http.IncomingMessage, path: string): Denied | undefined => {
      const method = path === "/find" ? "POST" : "GET"
      if (request.method !== method && !(method === "GET" && request.method === "HEAD")) return { status: 405, words: `Here is only ${method}.` }
      const origins = request.headersDistinct["origin"] ?? []
      if (method === "POST" && origins.length !== 1) return { status: 403, words: "Only the form may ask." }
      if (path !== "/find" && path !== "/window") return undefined
      return isToken(request.headersDistinct[tokenHeader] ?? []) ? undefined : { status: 403, words: "This form is opened by the link that the program has printed." }
    }
    const isToken = (given: ReadonlyArray<string>): boolean => {
      const [one = "", ...others] = given.map((text) => Buffer.from(text))
      return others.length === 0 && one.length === token.length && timingSafeEqual(Buffer.from(one), Buffer.from(token))
    }

    /** The window is open as long as this answer is not finished. */
    const attend = (response: Http.ServerResponse) => {
      windows += 1
      endLater(Effect.void)
      response.once("close", () => {
        windows -= 1
        if (windows === 0) endLater(Effect.delay(Deferred.succeed(over, false), grace))
      })
      response.writeHead(200, { ...guarded, ...json, "cache-control": "no-store" })
      response.write(`${encodeAnswers(given)}\n`)
    }
    const look = (request: Http.IncomingMessage, response: Http.ServerResponse) =>
      Effect.gen(function* () {
        const wanted = read(yield* decodeAnswers(yield* body(request)))
        if ("_tag" in wanted) {
          answerText(response, 200, encodeOutcome(wanted), json)
          return
        }
        yield* find(wanted)
        // The program ends once the browser has where to go.
        response.once("close", () => {
          run(Effect.asVoid(Deferred.succeed(over, true)))
        })
        answerText(response, 200, encodeOutcome({ _tag: "Found", location: linkTo(wanted) }), { ...json, connection: "close" })
      }).pipe(
        Effect.catchTag("Wrong", (wrong) => Effect.sync(() => {
          answerText(response, 200, encodeOutcome(wrong), json)
        })),
        Effect.catchAll(() => Effect.sync(() => {
          answerText(response, 400, "These are no answers of the form.", { connection: "close" })
        }))
      )
    const answer = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
      const hosts = request.headersDistinct["host"] ?? []
      // What holds for the page of a room holds here, but for the one request with a body; and this Host is known to the port.
      const checked = check({ method: "GET", target: request.url ?? "", hosts, origins: request.headersDistinct["origin"] ?? [], hasBody: false }, [])
      const refused = "status" in checked ? checked : hosts[0] === own ? denied(request, checked.path) : { status: 421, words: `This form is at ${own} alone.` }
      if (refused !== undefined || "status" in checked) {
        const { status, words } = refused ?? { status: 400, words: "" }
        answerText(response, status, words, { connection: "close" })
        return
      }
      if (checked.path === "/window") attend(response)
      else if (checked.path === "/find") yield* look(request, response)
      else {
        const asset = yield* site.find(checked.path)
        if (asset !== undefined) answerAsset(request, response, asset)
        else answerText(response, 404, "There is no such page here.")
      }
    })

    const server = Http.createServer({ requireHostHeader: false }, (request, response) => {
      run(answer(request, response))
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.once("listening", () => {
          resume(Effect.void)
        })
        server.once("error", (error) => {
          resume(Effect.die(error))
        })
        server.listen(0, "127.0.0.1")
      }),
      () => Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
    )
    const address = server.address()
    own = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`
    return { link: `http://${own}/#${token}`, over: Deferred.await(over) }
  })

/** The body of a request, up to what the answers may take. */
const body = (request: Http.IncomingMessage): Effect.Effect<string, "too long" | "lost"> =>
  Effect.async((resume) => {
    const parts: Array<Buffer> = []
    let length = 0
    request.on("data", (part: Buffer) => {
      length += part.length
      if (length <= mostBytes) parts.push(part)
      else resume(Effect.fail("too long"))
    })
    request.once("end", () => {
      resume(Effect.succeed(Buffer.concat(parts).toString()))
    })
    request.once("error", () => {
      resume(Effect.fail("lost"))
    })
    request.once("close", () => {
      resume(Effect.fail("lost"))
    })
  })
