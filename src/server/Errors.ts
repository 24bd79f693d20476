import * as Schema from "effect/Schema"
import { clean } from "../domain/Text.ts"

/** The system's error codes in words; a code that is not here is shown as it is. */
const words: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EACCES: "not permitted",
  EPERM: "not permitted",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "there is no such address",
  EAI_AGAIN: "there is no such address",
  EINVAL: "there is no such address"
}

/** The server cannot listen. `code` is the system's, such as `EADDRINUSE`. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  code: Schema.String,
  host: Schema.String,
  port: Schema.Number,
  /** The descriptor of the socket that was handed over, in place of host and port. */
  socket: Schema.optional(Schema.UndefinedOr(Schema.Number))
}) {
  override get message(): string {
    if (this.socket !== undefined) return `Cannot listen on the socket that was handed over: descriptor ${this.socket} is no TCP socket that can listen (${this.code}).`
    return `Cannot listen on ${clean(this.host)}, port ${this.port}: ${words[this.code] ?? this.code}.`
  }
}
