/** The capabilities of IRCv3 that are spoken here. */

import type { Hearing } from "../Dialect.ts"
import { limits } from "./metadata.ts"
import { bounds } from "./Multiline.ts"
import { mechanismsFor } from "./sasl.ts"

/** Those that are offered always, with their values as `CAP LS 302` shows them; empty where they have none. */
const always: ReadonlyMap<string, string> = new Map([
  ["account-notify", ""],
  ["account-tag", ""],
  ["away-notify", ""],
  ["batch", ""],
  ["cap-notify", ""],
  ["draft/account-registration", "before-connect,custom-account-name"],
  ["draft/metadata-2", limits],
  ["draft/metadata-3", limits],
  ["draft/multiline", bounds],
  ["draft/read-marker", ""],
  ["echo-message", ""],
  ["extended-join", ""],
  ["extended-monitor", ""],
  ["invite-notify", ""],
  ["labeled-response", ""],
  ["message-tags", ""],
  ["multi-prefix", ""],
  ["sasl", "PLAIN"],
  ["server-time", ""],
  ["setname", ""],
  ["userhost-in-names", ""]
])

/** Those that are offered besides where the server keeps what is said. */
const ofHistory: ReadonlyMap<string, string> = new Map([
  ["draft/chathistory", ""],
  ["draft/event-playback", ""],
  ["draft/message-redaction", ""]
])

/** What a server with these options offers a client. */
export const offered = ({ encryption, history }: Pick<Hearing, "encryption" | "history">): ReadonlyMap<string, string> => {
  const all = history === undefined ? always : new Map([...always, ...ofHistory].sort(([one], [other]) => (one < other ? -1 : 1)))
  return encryption?.certificate === undefined ? all : new Map([...all, ["sasl", mechanismsFor({ encryption })]])
}

/** For how long clients that have come with TLS are to come in no other way, s. */
const secureFor = 2_592_000

/** The policy of strict transport security, which clients are shown and do not ask for: https://ircv3.net/specs/extensions/sts; `undefined` where there is none. */
export const transportPolicy = ({ encryption }: Pick<Hearing, "encryption">): string | undefined =>
  encryption?.securePort === undefined ? undefined : encryption.isSecure ? `duration=${secureFor}` : `duration=${secureFor},port=${encryption.securePort}`

/** The capabilities that one client has asked for. */
export type Capabilities = ReadonlySet<string>

/** Those that change what others cause a client to be told: clients that have the same of them are sent the same bytes. */
const shared = ["account-notify", "account-tag", "away-notify", "draft/message-redaction", "draft/multiline", "extended-join", "message-tags", "server-time", "setname"] as const

/** What identifies the lines that a client with these is sent together with others. */
export const sharedKey = (capabilities: Capabilities): string => shared.filter((name) => capabilities.has(name)).join(" ")

/** How many bytes of capabilities one line of an answer has at most. */
const most = 400

/** The lists of the answer to `CAP LS` or `CAP LIST`, one a line. */
export const listed = (names: Iterable<string>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const name of names) {
    if (line !== "" && line.length + name.length >= most) {
      lines.push(line)
      line = ""
    }
    line = line === "" ? name : `${line} ${name}`
  }
  return [...lines, line]
}

/** What is asked for, applied: `undefined` where any of it is not offered. */
export const requested = (now: Capabilities, asked: string, all: ReadonlyMap<string, string>): Capabilities | undefined => {
  const next = new Set(now)
  for (const word of asked.split(" ").filter((word) => word !== "")) {
    const name = word.replace(/^-/u, "")
    if (!all.has(name)) return undefined
    if (word.startsWith("-")) next.delete(name)
    else next.add(name)
  }
  return next
}
