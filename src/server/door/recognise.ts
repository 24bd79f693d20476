import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Connection } from "../../net/Connection.ts"
import { silence } from "../../net/Inbox.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { Dialect, Encryption, Hearing, Interpreter } from "../dialect/Dialect.ts"
import { foreign, turningAway } from "../dialect/foreign.ts"
import { makeIrc } from "../dialect/irc/irc.ts"
import { MarksOfAccounts } from "../dialect/irc/marks.ts"
import type { Subprotocol } from "../dialect/irc/overWebSocket.ts"
import { Tcp } from "../../net/Tcp.ts"
import { native } from "../dialect/native.ts"
import { greeting, plain } from "../dialect/plain.ts"
import { web } from "../dialect/web.ts"
import { ServerConfig, type ServerOptions } from "../ServerConfig.ts"
import { Desk } from "../operator/Desk.ts"
import { Admission, type Full } from "../session/Admission.ts"
import { Diverted } from "../session/Farewell.ts"
import type { Door, Recognised } from "../session/Door.ts"
import { detect, judge, type Kind, settle } from "./detect.ts"
import { full } from "./http/full.ts"
import { asksToWatch } from "./http/request.ts"
import * as Site from "./http/Site.ts"
import * as Visits from "./http/Visits.ts"
import { makeTls, type Tls } from "./tls/handshake.ts"

/** The door of the open port, which knows every dialect that is spoken there. It is a service, so that another door can take its place. */
export class PortDoor extends Context.Tag("brusio/PortDoor")<PortDoor, Door>() {}

const nothing = new Uint8Array(0)

/**
 * How long a connection may be silent before it is greeted, where a browser was
 * here lately from the same address, ms: longer than browsers keep spare connections.
 */
const greetBrowsersAfter = 60_000

/**
 * How long a connection may at least be silent before it is greeted, where TLS is spoken, ms: to who is only late with
 * its handshake, as on a lossy line or a busy machine, a greeting in clear would be no TLS, and it would give up.
 */
const greetBesideTlsAfter = 2000

/** What is spoken to a connection that has not shown how it speaks. */
const unrecognised: Dialect = plain

/** What is behind the door. */
interface Behind {
  readonly admission: Admission["Type"]
  readonly config: ServerOptions
  readonly irc: Dialect
  /** IRC over a WebSocket. */
  readonly ircOver: Readonly<Record<Subprotocol, Dialect>>
  readonly visits: Visits.Visits["Type"]
  /** The operator's window; `undefined` where there is none. */
  readonly desk: Desk["Type"] | undefined
  /** `undefined` where TLS is not spoken. */
  readonly tls: Tls | undefined
  /** The options for plain and native clients whose words others on the way could read. */
  readonly exposed: Hearing
}

/** What the first bytes of a connection show. */
interface First {
  readonly kind: Kind
  readonly chunks: ReadonlyArray<Uint8Array>
  /** Whether the connection was silent, and was greeted. */
  readonly greeted: boolean
}

/**
 * Waits until a connection's first bytes tell its dialect. A connection that
 * stays silent is greeted and asked for a name, once; where there is no room for
 * it, it is taken for a plain one, as it is only to be turned away. Fails when the
 * connection breaks, or ends before it has sent anything.
 */
const first = Effect.fnUntraced(function* (connection: Connection, { config, tls, visits }: Behind, isGreeted: boolean) {
  const greetAfter = tls === undefined || connection.secure ? config.greetAfter : Math.max(config.greetAfter, greetBesideTlsAfter)
  const chunks: Array<Uint8Array> = []
  let greeted = false
  let kind: Kind | undefined
  let decideBy = 0
  while (kind === undefined) {
    const now = yield* monotonicMillis
    const patience = chunks.length > 0 ? Math.max(0, decideBy - now) : greeted ? undefined : visits.unsafeIsBrowsing(connection.host, now) ? greetBrowsersAfter : greetAfter
    const bytes = yield* connection.read(patience)
    // Bytes that had come before the end of the input still count; the session reads the end again.
    const isEnd = bytes !== silence && !(bytes instanceof Uint8Array)
    if (isEnd && (bytes._tag !== "EndOfInput" || chunks.length === 0)) return yield* Effect.fail(bytes)
    if (bytes === silence || isEnd) {
      if (chunks.length > 0) {
        kind = settle(Buffer.concat(chunks))
      } else if (!isGreeted) {
        kind = "plain"
      } else {
        greeted = true
        connection.write(greeting)
      }
    } else {
      if (chunks.length === 0) decideBy = (yield* monotonicMillis) + config.detectWithin
      chunks.push(bytes)
      kind = detect(Buffer.concat(chunks))
    }
  }
  return { kind: judge(kind, chunks[0] ?? nothing), chunks, greeted } satisfies First
})

/** Turns away who comes without TLS where only who comes with it is served, in the words of its dialect. */
const encryptedOnly = (interpreter: Interpreter): Interpreter => ({
  ...turningAway("the room is encrypted; come to the same port with TLS, such as brusio join --tls, ncat --ssl or openssl s_client"),
  goodbye: (words) => interpreter.goodbye(words)
})

const isSpoken = (kind: Kind): boolean => kind === "native" || kind === "plain" || kind === "irc"

// Whether somebody is told how to come instead of being served: only who comes with TLS is, and this is not that.
const isInClear = (connection: Connection, { config }: Behind): connection is Tcp => config.tlsOnly && !connection.secure && connection instanceof Tcp

/** Waits until it is known what a connection is, through the handshake of TLS where it begins with one. */
const recognise = Effect.fnUntraced(function* (connection: Connection, behind: Behind, noRoom?: Full) {
  const { admission, config, desk, exposed, irc, ircOver, tls, visits } = behind
  let { chunks, greeted, kind }: First = yield* first(connection, behind, noRoom === undefined && !isInClear(connection, behind))
  if (kind === "tls" && tls !== undefined && connection instanceof Tcp && !connection.secure) {
    yield* tls.shakeHands(connection, chunks)
    ;({ chunks, greeted, kind } = yield* first(connection, behind, noRoom === undefined))
  }
  // The page is served to whoever finds a place; the operator's window to the operator, and what programs ask for that watch the server, in any case. Others are turned away in HTTP's own words.
  if (kind === "http" && connection instanceof Tcp) {
    if (noRoom !== undefined && !visits.isOperators(connection) && !asksToWatch(chunks)) return { dialect: unrecognised, interpreter: full, chunks } satisfies Recognised
    if (noRoom === undefined) yield* admission.visits(connection)
    const become = yield* visits.visit(connection, chunks, noRoom)
    if (become === "operator" && desk !== undefined) return new Diverted({ serve: desk.serve(connection) })
    const spoken = become === "chat" || become === "operator" ? web : ircOver[become]
    return { dialect: spoken, interpreter: spoken.open(spoken === web ? config : { ...config, encryption: encryptionOf(connection, tls) }, false), chunks: [] } satisfies Recognised
  }
  // Only clients of IRC are told by their certificate, and where to come with TLS: of all others one value is enough.
  const hearing = kind === "irc" ? { ...config, encryption: encryptionOf(connection, tls) } : connection instanceof Tcp && connection.exposed ? exposed : config
  const { dialect, interpreter } = speaker(kind, hearing, irc, greeted)
  return { dialect, interpreter: isInClear(connection, behind) && isSpoken(kind) ? encryptedOnly(interpreter) : interpreter, chunks } satisfies Recognised
})

const encryptionOf = (connection: Connection, tls: Tls | undefined): Encryption => {
  const tcp = connection instanceof Tcp ? connection : undefined
  // Behind a proxy clients come to another port, if to this machine at all.
  const isTrusted = tls?.isOfAuthority === true && tcp?.isPresented === false
  return { isSecure: connection.secure, isExposed: tcp?.exposed === true, certificate: tcp?.certificate, securePort: isTrusted ? tcp.port : undefined }
}

const speaker = (kind: Kind, config: Hearing, irc: Dialect, greeted: boolean): Omit<Recognised, "chunks"> => {
  switch (kind) {
    case "native":
      return { dialect: native, interpreter: native.open(config, greeted) }
    case "plain":
      return { dialect: plain, interpreter: plain.open(config, greeted) }
    case "irc":
      return { dialect: irc, interpreter: irc.open(config, greeted) }
    default:
      return { dialect: unrecognised, interpreter: foreign(kind) }
  }
}

/** The door with the dialects of this server. */
export const layer = Layer.effect(
  PortDoor,
  Effect.gen(function* () {
    const admission = yield* Admission
    const config = yield* ServerConfig
    const visits = yield* Visits.Visits
    const marks = new MarksOfAccounts()
    const irc = makeIrc(config, undefined, marks)
    const ircOver = { "binary.ircv3.net": makeIrc(config, "binary.ircv3.net", marks), "text.ircv3.net": makeIrc(config, "text.ircv3.net", marks) }
    const desk = Option.getOrUndefined(yield* Effect.serviceOption(Desk))
    const tls = yield* makeTls
    const exposed = { ...config, encryption: { isSecure: false, isExposed: true, certificate: undefined, securePort: undefined } }
    return PortDoor.of({ unrecognised, recognise: (connection, noRoom) => recognise(connection, { admission, config, desk, exposed, irc, ircOver, tls, visits }, noRoom) })
  })
).pipe(Layer.provide(Visits.layer), Layer.provide(Site.layer))
