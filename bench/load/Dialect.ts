import { type MakeWire, nativeWires, taggedWires, webWires } from "./Wire.ts"

/** How the load generator speaks to a kind of server. */
export interface Dialect {
  /** How lines travel, where they are not sent as they are. What comes is read as a plain client would read it. */
  readonly wire?: MakeWire
  /** What a client says as soon as it is connected. */
  readonly hello: (name: string) => string
  /** What a line from the server means to a client that joins, or waits for the others to join. */
  readonly read: (name: string, line: string) => Sign
  /** A message as it is sent. */
  readonly say: (text: string) => string
  /** A message as the others receive it. */
  readonly heard: (source: string, text: string) => string
}

type Sign =
  /** The server wants this answer. */
  | { readonly type: "asked"; readonly answer: string }
  /** The server has named this client: so its messages begin as the others receive them. */
  | { readonly type: "named"; readonly source: string }
  /** The client is in the room. */
  | { readonly type: "welcome" }
  /** So many others have joined after this client. */
  | { readonly type: "joined"; readonly count: number }
  /** A line that does not matter here. */
  | { readonly type: "other" }
  /** A line that should not have come: the run has failed. */
  | { readonly type: "wrong" }

const welcome: Sign = { type: "welcome" }
const oneJoined: Sign = { type: "joined", count: 1 }
const other: Sign = { type: "other" }
const wrong: Sign = { type: "wrong" }

/** The plain dialect of this project's server. */
export const plain: Dialect = {
  hello: (name) => `${name}\n`,
  read: (name, line) => {
    if (line.endsWith(" has joined the chat!")) return oneJoined
    if (line.startsWith(`Welcome ${name}!`)) return welcome
    // A server that is busy reads the name only after it has asked for it.
    if (line.startsWith("Welcome to brusio, ")) return other
    const count = /^(\d+) people have joined the chat!$/u.exec(line)?.[1]
    return count === undefined ? wrong : { type: "joined", count: Number(count) }
  },
  say: (text) => `${text}\n`,
  heard: (source, text) => `${source}: ${text}\n`
}

const channel = "#lobby"

/** As much of IRC (RFC 1459) as a chat in one channel takes. */
const irc: Dialect = {
  hello: (name) => `NICK ${name}\r\nUSER ${name} 0 * :${name}\r\n`,
  read: (name, line) => {
    const [source = "", command = "", rest = ""] = line.split(" ", 3)
    if (source === "PING") return { type: "asked", answer: `PONG ${command}\r\n` }
    if (source === "ERROR") return wrong
    if (command === "001") return { type: "asked", answer: `JOIN ${channel}\r\n` }
    if (command === "366") return welcome
    if (command !== "JOIN" || rest.trimEnd().replace(":", "") !== channel) return other
    return source.startsWith(`:${name}!`) ? { type: "named", source } : oneJoined
  },
  say: (text) => `PRIVMSG ${channel} :${text}\r\n`,
  heard: (source, text) => `${source} PRIVMSG ${channel} :${text}\r\n`
}

const capabilities = ["extended-join", "message-tags", "server-time"] as const

// Which of these a client asks for goes by the number in its name.
const requestOf = (name: string): string => {
  const set = Number(/\d+$/u.exec(name)?.[0] ?? 0) % 2 ** capabilities.length
  const asked = capabilities.filter((_, bit) => (set >> bit) % 2 === 1)
  return asked.length === 0 ? "" : `CAP REQ :${asked.join(" ")}\r\nCAP END\r\n`
}

const json = (message: Readonly<Record<string, unknown>>): string => `${JSON.stringify(message)}\n`

const overWire = (wire: MakeWire, secretOf?: (name: string) => string): Dialect => ({
  ...plain,
  wire,
  hello: (nickname) => json({ _tag: "Hello", v: 1, nickname, secret: secretOf?.(nickname) }),
  say: (text) => json({ _tag: "Say", text })
})

/** The dialects that a load can be in, by their names; each call makes one for a room of its own. */
export const dialects = {
  plain: () => plain,
  native: () => overWire(nativeWires()),
  /** Clients that can come back. */
  returning: () => overWire(nativeWires(), (name) => name.padStart(64, "0")),
  web: () => overWire(webWires()),
  irc: () => irc,
  /** As many kinds of clients as there are sets of three capabilities, so that each event is encoded eight times. */
  "irc-mixed": () => ({ ...irc, wire: taggedWires(), hello: (name) => `${requestOf(name)}${irc.hello(name)}` })
} satisfies Readonly<Record<string, () => Dialect>>

/** The name of a dialect. */
export type DialectName = keyof typeof dialects

/** Whether this is the name of a dialect. */
export const isDialect = (name: string): name is DialectName => Object.hasOwn(dialects, name)
