import { lobby } from "../../domain/RoomName.ts"
import type { ToDesk } from "../../domain/wire/Desk.ts"
import { drawDivider, element, nameNode, textNodes, timeNode } from "../line.ts"
import { drawSign, type Sign } from "./signs.ts"

/** A line of the console, as the server tells it. */
export type ConsoleLine = Extract<ToDesk, { readonly _tag: "Line" }>

/** What can be filtered for. */
export type Kind = "messages" | "presence" | "warnings"

/** An event of the window's log. */
export interface Entry {
  readonly node: HTMLElement
  /** When it happened, ms since 1970; absent for what happened at no time of its own. */
  readonly at: number | undefined
  /** Of which kinds it is; absent for what is shown whatever is filtered for. */
  readonly kinds: ReadonlySet<Kind> | undefined
  /** The room that it is about; absent where it is about none, or about more. */
  readonly room: string | undefined
  /** What is searched, folded. */
  readonly text: string
  /** Where it came from, to be completed when that is known. */
  readonly from: HTMLElement | undefined
}

interface Look {
  readonly sign: Sign
  /** The class of the style sheet. */
  readonly as: "" | "dim" | "in" | "out" | "own" | "answer"
  readonly kind?: Kind
  /** Whether it is about one room, which is the lobby where it names no other. */
  readonly isOfRoom?: true
  /** How its message begins: names of fields that hold somebody's name, and the words between, which begin or end with a space. */
  readonly begins?: ReadonlyArray<string>
}

const other: Look = { sign: "dot", as: "dim" }

const looks: ReadonlyMap<string, Look> = new Map<string, Look>([
  ["said", { sign: "message", as: "", kind: "messages", isOfRoom: true, begins: ["name"] }],
  ["acted", { sign: "message", as: "dim", kind: "messages", isOfRoom: true, begins: ["* ", "name"] }],
  ["whispered", { sign: "lock", as: "dim", kind: "messages", begins: ["name", " whispers to ", "to"] }],
  ["notice", { sign: "loud", as: "own", kind: "messages" }],
  ["joined", { sign: "in", as: "in", kind: "presence", isOfRoom: true, begins: ["name"] }],
  ["left", { sign: "out", as: "out", kind: "presence", begins: ["name"] }],
  ["renamed", { sign: "dot", as: "dim", kind: "presence", begins: ["was", " is now called ", "name"] }],
  ["connected", { ...other, kind: "presence" }],
  ["disconnected", { ...other, kind: "presence" }],
  ["silent", { ...other, kind: "presence" }],
  ["presence", { ...other, kind: "presence" }],
  ["nodejoined", { sign: "in", as: "in", kind: "presence" }],
  ["nodeleft", { sign: "out", as: "out", kind: "presence" }],
  ["nodelost", { sign: "out", as: "out", kind: "presence" }],
  ["throttled", { ...other, begins: ["name"] }],
  ["refused", { ...other, begins: ["refused ", "name"] }],
  ["topicset", { ...other, isOfRoom: true }],
  ["moderated", { ...other, isOfRoom: true }],
  ["console", { sign: "answer", as: "answer" }]
])

/** Text as it is searched: without regard to case and width of letters. */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

// The address has a column of its own.
const withoutAddress = (message: string, address: string): string => {
  const at = address === "" ? -1 : message.lastIndexOf(` (${address})`)
  return at < 0 ? message : message.slice(0, at) + message.slice(at + address.length + 3)
}

// The message, with names as names; what does not begin as it should stays text.
const messageNodes = (message: string, begins: ReadonlyArray<string>, fields: ConsoleLine["fields"]): ReadonlyArray<Node | string> => {
  const nodes: Array<Node | string> = []
  let rest = message
  for (const part of begins) {
    const isWords = part.includes(" ")
    const text = isWords ? part : String(fields[part] ?? "")
    if (text === "" || !rest.startsWith(text)) break
    nodes.push(isWords ? text : nameNode(text))
    rest = rest.slice(text.length)
  }
  return [...nodes, ...textNodes(rest)]
}

/** A line of the console as an event of the log. `client` is the kind of client that it came from, as far as that is known. */
export const drawEntry = ({ at, event, fields, level, message }: ConsoleLine, client: string | undefined): Entry => {
  const { as, begins = [], isOfRoom, kind, sign } = looks.get(event) ?? other
  const named = fields["room"] === undefined ? undefined : String(fields["room"])
  const isWarning = level !== "info"
  const address = String(fields["address"] ?? "")
  // Where the words name the address, it is not said twice.
  const isNamed = address !== "" && message.startsWith(address)
  const rest = named === undefined || !message.startsWith(`#${named} `) ? message : message.slice(named.length + 2)
  const told = named === undefined ? "Everybody was told: " : "The room was told: "
  const words = event === "notice" ? `${told}${String(fields["text"] ?? rest)}` : withoutAddress(rest, address)
  const from = element("span", "from", isNamed ? "" : client === undefined || address === "" ? address : `${address} · ${client}`)
  const text = element("p", "", ...(isWarning ? [element("span", "sr", level === "error" ? "Error: " : "Warning: ")] : []), ...(named === undefined ? [] : [element("span", "of", `#${named}`), " "]), ...messageNodes(words, begins, fields))
  const node = element("li", `entry ${level === "error" ? "warn error" : isWarning ? "warn" : as}`.trimEnd(), timeNode(at, new Date(at).toTimeString().slice(0, 8)), element("span", "sign"), text, from)
  node.children[1]?.append(drawSign(isWarning ? "warning" : sign))
  const kinds = new Set<Kind>([...(kind === undefined ? [] : [kind]), ...(isWarning ? (["warnings"] as const) : [])])
  return { node, at, kinds, room: named ?? (isOfRoom === true ? lobby : undefined), text: fold(`${named === undefined ? "" : `#${named} `}${words} ${address}`), from }
}

/** Lines are missing from here. */
export const drawGap = (count: number): Entry => ({
  node: drawDivider(count === 1 ? "1 event is missing here" : `${count.toLocaleString("en")} events are missing here`, "gap"),
  at: undefined,
  kinds: undefined,
  room: undefined,
  text: "",
  from: undefined
})
