import * as Schema from "effect/Schema"
import { clean } from "../domain/Text.ts"

/** The server cannot listen. `code` is the system's, such as `EADDRINUSE`. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  code: Schema.String,
  host: Schema.String,
  port: Schema.Number
}) {
  override get message(): string {
    const where = `${clean(this.host)}, port ${this.port}`
    switch (this.code) {
      case "EADDRINUSE":
        return `Cannot listen on ${where}: the port is in use. Stop the program that uses it, or choose another with --port (0 takes a free one).`
      case "EACCES":
      case "EPERM":
        return `Cannot listen on ${where}: not permitted. Choose a port above 1023 with --port.`
      case "EADDRNOTAVAIL":
        return `Cannot listen on ${where}: this machine does not have that address. Choose another with --host (0.0.0.0 listens on all).`
      case "ENOTFOUND":
      case "EAI_AGAIN":
      case "EINVAL":
        return `Cannot listen on ${where}: there is no such address. Choose another with --host (0.0.0.0 listens on all).`
      default:
        return `Cannot listen on ${where}: ${this.code}. Choose another address with --host and --port.`
    }
  }
}
