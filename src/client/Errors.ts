import * as Schema from "effect/Schema"
import { RefusalCode } from "../domain/Refusal.ts"
import { LeaveCode } from "../domain/LeaveCode.ts"
import { clean } from "../domain/Text.ts"
import { formatAddress } from "../net/address.ts"

const where = { host: Schema.String, port: Schema.Number }

const systemWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there; is the server running?",
  ENOTFOUND: "there is no such host.",
  EINVAL: "that is no host's name or address.",
  EAI_AGAIN: "there is no such host, or the name service does not answer.",
  ETIMEDOUT: "no answer in time.",
  EHOSTUNREACH: "the host cannot be reached.",
  ENETUNREACH: "the network cannot be reached.",
  ECONNRESET: "the connection was reset.",
  closed: "the connection was closed."
}

const noAnswer = "what listens there does not answer as a brusio server."

const notIn = "what listens there does not let us in."

const at = (host: string, port: number): string => formatAddress(clean(host), port)

/** No connection, or no brusio server at its other end. `code` is the system's error code, `no-answer`, or `untrusted` or `no-tls`, where `said` says why. */
export class ConnectFailed extends Schema.TaggedError<ConnectFailed>()("ConnectFailed", {
  code: Schema.String,
  /** The first line received that is not of the native dialect, made safe to show. */
  said: Schema.optional(Schema.String),
  /** What kind of server says so, if that is known: `a web server`. */
  kind: Schema.optional(Schema.String),
  ...where
}) {
  override get message(): string {
    const heard = this.said === undefined ? noAnswer : `${notIn} It says: ${this.said}`
    const answer = this.kind === undefined ? heard : `that is ${this.kind}, not a brusio server.`
    if ((this.code === "untrusted" || this.code === "no-tls") && this.said !== undefined) return `Cannot connect to ${at(this.host, this.port)}: ${this.said}`
    const words = this.code === "no-answer" ? answer : (systemWords[this.code] ?? `${this.code}.`)
    return `Cannot connect to ${at(this.host, this.port)}: ${words}`
  }
}

/** The server refused our hello, for example because of the name or the password. */
export class JoinRefused extends Schema.TaggedError<JoinRefused>()("JoinRefused", {
  code: RefusalCode,
  reason: Schema.String,
  ...where
}) {
  override get message(): string {
    return `Refused by ${at(this.host, this.port)}: ${this.reason}`
  }
}

/** The server ended the connection with a goodbye before it let us in. */
export class TurnedAway extends Schema.TaggedError<TurnedAway>()("TurnedAway", {
  code: LeaveCode,
  reason: Schema.String,
  ...where
}) {
  override get message(): string {
    return `${at(this.host, this.port)} closed the connection: ${this.reason}`
  }
}

/** The connection is gone without a goodbye. */
export class Lost extends Schema.TaggedError<Lost>()("Lost", {
  /** Why the client does not come back by itself, where that is to be known: such as that another server answers there. */
  reason: Schema.optional(Schema.String),
  ...where
}) {
  override get message(): string {
    const lost = `Connection to ${at(this.host, this.port)} lost`
    return this.reason === undefined ? `${lost}.` : `${lost}: ${this.reason}`
  }
}

/** Why a client did not get into a room, or is not in it any more. */
export type JoinError = ConnectFailed | JoinRefused | TurnedAway | Lost
