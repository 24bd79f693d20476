/** How a server is spoken to. */
export interface Dialect {
  /** What a client says as soon as it is connected. */
  readonly hello: (name: string) => string
  /** What a line means to a client that is not in the room yet, or only waits for the others. */
  readonly read: (name: string, line: string) => Sign
  /** A message as it is sent. */
  readonly say: (text: string) => string
  /** A message as the others receive it. */
  readonly heard: (source: string, text: string) => string
}

type Sign =
  /** Something has to be sent. */
  | { readonly type: "asked"; readonly answer: string }
  /** What the server calls this client when the others hear it. */
  | { readonly type: "named"; readonly source: string }
  /** It is in the room. */
  | { readonly type: "welcome" }
  /** So many others have joined after it. */
  | { readonly type: "joined"; readonly count: number }
  | { readonly type: "other" }
  | { readonly type: "wrong" }

const welcome: Sign = { type: "welcome" }
const oneJoined: Sign = { type: "joined", count: 1 }
const other: Sign = { type: "other" }
const wrong: Sign = { type: "wrong" }

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

export const irc: Dialect = {
  hello: (name) => `NICK ${name}\r\nUSER ${name} 0 * :${name}\r\n`,
  read: (name, line) => {
    const [source = "", command = "", rest = ""] = line.split(" ", 3)
    if (source === "PING") return { type: "asked", answer: `PONG ${command}\r\n` }
    if (source === "ERROR") return wrong
    if (command === "001") return { type: "asked", answer: `JOIN ${channel}\r\n` }
    if (command === "366") return welcome
    if (command !== "JOIN" || rest.trimEnd() !== `:${channel}`) return other
    return source.startsWith(`:${name}!`) ? { type: "named", source } : oneJoined
  },
  say: (text) => `PRIVMSG ${channel} :${text}\r\n`,
  heard: (source, text) => `${source} PRIVMSG ${channel} :${text}\r\n`
}
