import { personOf } from "../../src/domain/Chat.ts"
import type * as Chat from "../../src/domain/Chat.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import type { LeaveCode } from "../../src/domain/LeaveCode.ts"
import type { Handed, Handing } from "../../src/server/chat/Handed.ts"
import type { Peer } from "../../src/server/chat/Peer.ts"
import type { Dialect, Interpreter } from "../../src/server/dialect/Dialect.ts"
import { show } from "./bytes.ts"
import { from as address, join, type Node, type Step, submit, take } from "./chat.ts"

/** The result of a step: the node after it, and all that the Registry hands on to the Hub. */
export interface Performed<P> {
  readonly node: Node<P>
  readonly handings: ReadonlyArray<Handing>
}

/** Takes a step; `peer` is that of the client who connects in it. Answers and observations are handed on too, as by the Registry. */
export const perform = <P extends Peer>(before: Node<P>, step: Step, peer: P): Performed<P> => {
  const { node, reply, told } = take(before, step, peer)
  if (step._tag === "Connect") return { node, handings: observed(node, node.lastClient, { _tag: "Connected", at: step.now }) }
  if (step._tag === "Ask" && reply !== undefined) return { node, handings: replyTo(node, step.who, reply) }
  if (step._tag === "Leave" && told.length === 0 && before.peers.has(step.who)) {
    return { node, handings: observed(node, step.who, { _tag: "Disconnected", at: step.now, code: step.code, reason: undefined, hasSpoken: true }) }
  }
  return { node, handings: told }
}

/** A client connects and joins under this name, with a number appended if it is taken. */
export const enter = <P extends Peer>(before: Node<P>, name: string, peer: P): Performed<P> => {
  const connected = perform(before, { _tag: "Connect", now: 0 }, peer)
  const joined = perform(connected.node, { _tag: "Decide", who: connected.node.lastClient, command: join(name, "number"), now: 0 }, peer)
  return { node: joined.node, handings: [...connected.handings, ...joined.handings] }
}

/** A client leaves, whether it has joined or not. */
export const exit = <P extends Peer>(before: Node<P>, client: Chat.ClientId, code: LeaveCode = "quit"): Performed<P> => {
  const { node, told } = submit(before, { _tag: "Quit", client, code, reason: undefined })
  const peers = new Map(node.peers)
  peers.delete(client)
  const handings = told.length > 0 ? told : observed(node, client, { _tag: "Disconnected", at: 0, code, reason: undefined, hasSpoken: true })
  return { node: { ...node, peers }, handings }
}

/** A reply to one client, which is not decided by `apply`. */
export const replyTo = <P extends Peer>({ chat, peers }: Node<P>, client: Chat.ClientId, event: Reply): ReadonlyArray<Handing> => {
  const peer = peers.get(client)
  if (peer === undefined) return []
  const person = personOf(chat, client)
  return [{ event, audience: [person?.seat ?? { id: undefined, peer }], from: { client, address, name: person?.member.name } }]
}

/** Numbers what is handed on, from 1 on, as the Hub does. */
export const numbering = (): ((handings: ReadonlyArray<Handing>) => ReadonlyArray<Handed>) => {
  let place = 0
  return (handings) => handings.map((handing) => ({ ...handing, place: (place += 1) }))
}

/** The text that a client receives for an event. */
export const wordsOf = (event: Reply, { dialect, interpreter }: { readonly dialect: Dialect; readonly interpreter: Interpreter }): string => {
  const goodbye = event._tag === "Goodbye" ? interpreter.goodbye(event) : undefined
  return goodbye === undefined ? dialect.encode(event) : show(goodbye)
}

// A closed chat observes nothing any more.
const observed = ({ chat }: Node<unknown>, client: Chat.ClientId, event: Handing["event"]): ReadonlyArray<Handing> =>
  chat.closed ? [] : [{ event, audience: [], from: { client, address } }]
