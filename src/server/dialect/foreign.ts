import type { Goodbye } from "../../domain/Event.ts"
import { type Heard, type Interpreter, reject } from "../dialect/Dialect.ts"

const utf8 = new TextEncoder()

const words = "This is a chat room for brusio, nc and telnet."

// What begins with a request is served before it comes to this; so is told who had been taken for a person first.
const late = "An HTTP request has to be the first on its connection, and to come at once: try again."

interface Turning {
  readonly reason: string
  readonly answer: Uint8Array
}

/**
 * A protocol that is not spoken here, or not in this way (`http`, `irc`); `unknown` stands for any that is not told
 * apart further, `endless` for a first line that is too long to be a name, and
 * `proxy` for the header of a proxy that is not trusted.
 */
export type Protocol = "irc" | "http" | "tls" | "proxy" | "endless" | "unknown"

const turnings: Record<Protocol, Turning> = {
  irc: { reason: "IRC that did not come at once", answer: utf8.encode("ERROR :IRC has to be the first on its connection: try again.\r\n") },
  http: {
    reason: "an HTTP request that did not come at once",
    answer: utf8.encode(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${late.length + 1}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${late}\n`
    )
  },
  // A TLS record with a fatal alert, protocol_version, which every TLS client understands.
  tls: { reason: "TLS is not spoken here", answer: Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46) },
  proxy: {
    reason: "a PROXY protocol header, and no proxy is trusted at that address",
    answer: utf8.encode(`${words} No proxy is trusted at your address, so a PROXY protocol header is not taken from it.\n`)
  },
  endless: { reason: "a first line that is too long for a name", answer: utf8.encode(`${words} The first line is a name: yours was too long for one.\n`) },
  unknown: { reason: "an unknown protocol", answer: utf8.encode(`${words}\n`) }
}

/** The interpreter of a client that is turned away whatever it says, or as soon as it is silent. What it is told is a goodbye with this reason, in its own dialect. */
export const turningAway = (reason: string): Interpreter => {
  const rejected: ReadonlyArray<Heard> = [reject("not-for-us", reason)]
  return {
    echo: false,
    patience: 0,
    separator: undefined,
    hear: () => rejected,
    silence: () => rejected,
    end: () => rejected,
    waiting: () => 0,
    told: () => undefined,
    goodbye: () => undefined
  }
}

/** The interpreter of a client that speaks this protocol: it rejects whatever comes, with an answer of that protocol where there is one. */
export const foreign = (protocol: Protocol): Interpreter => {
  const { answer, reason } = turnings[protocol]
  return {
    ...turningAway(reason),
    patience: undefined,
    goodbye: ({ code }: Goodbye) => (code === "closing" || code === "restarting" ? new Uint8Array(0) : answer)
  }
}
