import type * as Http from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import { type Chat, membershipIn, personWith, roomWith } from "../../../domain/Chat.ts"
import type { Said } from "../../../domain/SpeechEvent.ts"
import { asked } from "../../../domain/nameIndex.ts"
import * as Nickname from "../../../domain/Nickname.ts"
import { Refusal } from "../../../domain/Refusal.ts"
import { parse as parseRoom } from "../../../domain/roomNames.ts"
import type { AskedRoom } from "../../../domain/RoomName.ts"
import * as Text from "../../../domain/Text.ts"
import { encode } from "../../../domain/wire/Ndjson.ts"
import { decodeUtf8 } from "../../../net/utf8.ts"
import { monotonicMillis } from "../../../net/clock.ts"
import { silence } from "../../../net/Inbox.ts"
import { Registry } from "../../chat/Registry.ts"
import { nameLimits } from "../../dialect/Dialect.ts"
import { events } from "../../dialect/hook.ts"
import { currentSecrets } from "../../Secrets.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import { Guesses } from "../../session/Guesses.ts"
import { neighbourhood } from "../../session/neighbourhood.ts"
import { matches } from "../../session/Password.ts"
import { Tally } from "../../Tally.ts"
import { answerText, guarded } from "./answer.ts"
import { NotDone, ofEnded, ofRefusal, ofRoom, retryAfter } from "./hookAnswer.ts"
import { type Insider, enter, makeInsiders, refusalIn } from "./insider.ts"
import { makeReadiness } from "./readiness.ts"
import type { Hooked } from "./request.ts"
import { makeSpeakers, type Speaker } from "./Speakers.ts"

/** Where a request comes from. */
export interface From {
  /** `host:port`. */
  readonly address: string
  readonly host: string
}

/** HTTP for scripts that have a token: they say lines, and are told what happens in a room. */
export class Hooks extends Context.Tag("brusio/Hooks")<Hooks, {
  /** Answers a request; absent where no token was given to the server. */
  readonly answer: ((request: Http.IncomingMessage, response: Http.ServerResponse, hooked: Hooked, from: From) => Effect.Effect<void>) | undefined
}>() {}

/** How many bytes a script may say at once. */
const maxBody = 65_536

/** For how long it is waited until lines are said, ms. */
const sayWithin = 10_000

/** After how much silence a listener is sent a comment, ms, so that whatever is in between keeps the connection. */
const heartbeat = 15_000

/** Under which names scripts come that say none. */
const defaultNames = { say: "hook", events: "events" }

const bodyOf = (request: Http.IncomingMessage): Effect.Effect<Buffer, NotDone> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    const data = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > maxBody) resume(Effect.fail(new NotDone({ status: 413, words: `At most ${maxBody} bytes are said at once.`, refused: "line-too-long" })))
    }
    const end = () => {
      resume(Effect.succeed(Buffer.concat(chunks)))
    }
    const close = () => {
      resume(Effect.fail(new NotDone({ status: 400, words: "The request ended within its body." })))
    }
    request.on("data", data).once("end", end).once("close", close)
    return Effect.sync(() => {
      request.off("data", data).off("end", end).off("close", close)
    })
  })

// What is said by a body: each line that is not blank.
const linesOf = (body: Uint8Array, maxLine: number): Effect.Effect<ReadonlyArray<Text.Text>, NotDone> =>
  Effect.gen(function* () {
    const text = decodeUtf8(body)
    if (text === undefined) return yield* new NotDone({ status: 400, words: "What is to be said is no UTF-8.", refused: "bad-line" })
    const lines: Array<Text.Text> = []
    for (const line of text.split(/\r\n|[\r\n]/u)) {
      if (line.trim() === "") continue
      const said = Text.parse(line)
      if (said instanceof Refusal) return yield* ofRefusal(said)
      if (Buffer.byteLength(said) > maxLine) return yield* new NotDone({ status: 413, words: `A line has at most ${maxLine} bytes: one was longer, and nothing was said.`, refused: "line-too-long" })
      lines.push(said)
    }
    return lines.length === 0 ? yield* new NotDone({ status: 400, words: "There is nothing to say: the body is empty.", refused: "text-empty" }) : lines
  })

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const { hookToken } = yield* currentSecrets
  const { maxLine, rateLimit, stallTimeout } = config
  const registry = yield* Registry
  const tally = yield* Tally
  if (hookToken === undefined) return Hooks.of({ answer: undefined })
  const speakers = yield* makeSpeakers
  const insiders = yield* makeInsiders
  const whyNotReady = yield* makeReadiness
  const guesses = new Guesses(yield* monotonicMillis)
  let refs = 0

  const authorise = Effect.fnUntraced(function* ({ headers: { authorization = "" } }: Http.IncomingMessage, host: string) {
    const unauthorised = (refused: "password-required" | "password-wrong", words: string) => new NotDone({ status: 401, words, refused, headers: { "www-authenticate": 'Bearer realm="brusio"' } })
    const [, given] = /^Bearer +(\S+)$/iu.exec(authorization) ?? []
    if (given === undefined) return yield* unauthorised("password-required", "This needs a token: send it as Authorization: Bearer TOKEN.")
    const now = yield* monotonicMillis
    const key = neighbourhood(host)
    const pause = guesses.pauseOf(key, now)
    if (pause > 0) return yield* new NotDone({ status: 429, words: "Too many wrong tokens came from your address: try again later.", refused: "password-wait", headers: retryAfter(pause) })
    if (!matches(MutableRef.get(hookToken), given)) {
      guesses.wrong(key, now)
      return yield* unauthorised("password-wrong", "That is not the token.")
    }
    guesses.right(key)
  })

  // What is asked for, by the address of the request.
  const wanted = Effect.fnUntraced(function* (request: Http.IncomingMessage, { kind, room: raw }: Hooked) {
    const query = new URLSearchParams(/\?([^#]*)/u.exec(request.url ?? "")?.[1] ?? "")
    const decoded = Either.try({ try: () => decodeURIComponent(raw), catch: () => new NotDone({ status: 400, words: "The name of the room is not encoded as in the address of a page.", refused: "room-name" }) })
    const room = parseRoom(yield* decoded)
    if (room instanceof Refusal) return yield* ofRefusal(room)
    const name = Nickname.parse(query.get("as") ?? defaultNames[kind], nameLimits(config))
    if (name instanceof Refusal) return yield* ofRefusal(name)
    const why = yield* whyNotReady
    if (why !== undefined) return yield* new NotDone({ status: 503, words: why, headers: retryAfter(10_000) })
    return { room, name: asked(name) }
  })

  const known = (chat: Chat<unknown>, room: AskedRoom) =>
    roomWith(chat, room.key) === undefined ? Effect.fail(new NotDone({ status: 404, words: `There is no room #${room.name}.`, refused: "no-such-room" })) : Effect.void

  const spend = Effect.fnUntraced(function* ({ bucket }: Speaker, lines: ReadonlyArray<Text.Text>) {
    if (bucket === undefined || rateLimit === undefined) return
    const cost = lines.reduce((sum, line) => sum + Math.max(1, Buffer.byteLength(line) / 1024), 0)
    const most = `${rateLimit.burst} messages may come at once, ${rateLimit.perSecond} a second, and a long one counts once for each KiB`
    if (cost > rateLimit.burst) return yield* new NotDone({ status: 413, words: `That is too much at once: ${most}. Nothing was said.`, refused: "too-soon" })
    const now = yield* monotonicMillis
    if (!bucket.takeIfThere(cost, now)) return yield* new NotDone({ status: 429, words: `Too fast: ${most}. Nothing was said.`, refused: "too-soon", headers: retryAfter(bucket.until(cost, now)) })
  })

  const sayAll = Effect.fnUntraced(function* ({ insider }: Speaker, room: AskedRoom, lines: ReadonlyArray<Text.Text>) {
    const person = personWith(yield* registry.chat, insider.id)
    if (person === undefined || membershipIn(person, room.key) === undefined) yield* Effect.mapError(enter(insider, room), notDone)
    const said: Array<Said> = []
    for (const text of lines) {
      refs += 1
      const ref = `hook-${refs}`
      const told = yield* insider
        .ask<Said | Refusal>({ _tag: "Command", command: { _tag: "Say", text, room, ref } }, (event) => ("ref" in event && event.ref === ref ? (event._tag === "Said" ? event : refusalIn(event)) : undefined), Buffer.byteLength(text))
        .pipe(Effect.mapError(notDone))
      if (told instanceof Refusal) return yield* soFar(ofRoom(told), said.length)
      said.push(told)
    }
    return said
  })
  const notDone = (error: Parameters<typeof ofEnded>[0] | Refusal): NotDone => (error instanceof Refusal ? ofRoom(error) : ofEnded(error))
  const soFar = (why: NotDone, count: number): NotDone =>
    count === 0 ? why : new NotDone({ status: why.status, words: `${why.words} The ${count === 1 ? "line" : `${count} lines`} before that ${count === 1 ? "was" : "were"} said.` })

  const say = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse, hooked: Hooked, { address }: From) {
    const { name, room } = yield* wanted(request, hooked)
    const lines = yield* linesOf(yield* bodyOf(request), maxLine)
    yield* known(yield* registry.chat, room)
    const saying = Effect.gen(function* () {
      const speaker = yield* Effect.mapError(speakers(address, name), notDone)
      yield* spend(speaker, lines)
      return yield* speaker.turn.withPermits(1)(sayAll(speaker, room, lines))
    })
    const late = () => new NotDone({ status: 504, words: `It was not said within ${sayWithin / 1000} s, and may still be.` })
    const said = yield* Effect.timeoutFail(saying, { duration: sayWithin, onTimeout: late })
    answerText(response, 201, said.map((event) => encode(event).trimEnd()).join("\n"), { "content-type": "application/x-ndjson" })
  })

  const written = (response: Http.ServerResponse, bytes: Uint8Array | string) =>
    Effect.async<void>((resume) => {
      if (response.write(bytes)) {
        resume(Effect.void)
        return undefined
      }
      const drained = () => {
        resume(Effect.void)
      }
      response.once("drain", drained)
      return Effect.sync(() => response.off("drain", drained))
    })

  // Passes on what a listener is told, in order. A listener that does not read is cut off by its session, as others are; this only ends then, too.
  const pump = (response: Http.ServerResponse, { told }: Pick<Insider, "told">): Effect.Effect<void> =>
    Effect.flatMap(told.read(heartbeat), (read) => {
      if (read !== silence && !(read instanceof Uint8Array)) {
        return Effect.sync(() => {
          response.end()
        })
      }
      return Effect.flatMap(Effect.timeoutOption(written(response, read === silence ? ": still here\n\n" : read), stallTimeout), (isWritten) =>
        isWritten._tag === "Some" ? pump(response, { told }) : Effect.sync(() => response.destroy())
      )
    })

  const closed = (response: Http.ServerResponse) =>
    Effect.async<void>((resume) => {
      const done = () => {
        resume(Effect.void)
      }
      response.once("close", done)
      return Effect.sync(() => response.off("close", done))
    })

  const listen = (request: Http.IncomingMessage, response: Http.ServerResponse, hooked: Hooked, { address }: From) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { name, room } = yield* wanted(request, hooked)
        yield* known(yield* registry.chat, room)
        const insider = yield* Effect.mapError(insiders(address, name, events), notDone)
        yield* Effect.mapError(enter(insider, room), notDone)
        response.writeHead(200, { ...guarded, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", connection: "close" })
        yield* Effect.raceFirst(pump(response, insider), closed(response))
      })
    )

  return Hooks.of({
    answer: (request, response, hooked, from) =>
      Effect.zipRight(authorise(request, from.host), (hooked.kind === "say" ? say : listen)(request, response, hooked, from)).pipe(
        Effect.catchTag("NotDone", ({ headers, refused, status, words }) =>
          Effect.sync(() => {
            if (refused !== undefined) tally.refuse(refused)
            answerText(response, status, words, { connection: "close", ...headers })
          })
        )
      )
  })
})

/** The hooks of a server, as its options have them. */
export const layer = Layer.scoped(Hooks, make)
