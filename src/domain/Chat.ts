import * as HashMap from "effect/HashMap"
import type { Command } from "./Command.ts"
import * as Commands from "./commands.ts"
import { announce as speak, type Chat, type Client, type ClientId, type Decision, inRoom, refused, type Settings, tell, tick, withClient } from "./Decision.ts"
import type { Refusal } from "./Refusal.ts"
import type { LeaveCode } from "./Event.ts"
import { join, rename, who } from "./membership.ts"
import { unnamed } from "./names.ts"
import { lobby } from "./RoomName.ts"
import { address, whisper } from "./speaking.ts"
import * as Text from "./Text.ts"
import { throttled } from "./wording.ts"

export type { Audience, Chat, Client, ClientId, Decision, Envelope, Settings } from "./Decision.ts"
export { pageSize } from "./membership.ts"

/** A chat with nobody in it. */
export const empty = <Peer>(settings: Settings): Chat<Peer> => ({
  settings,
  clients: HashMap.empty(),
  names: HashMap.empty(),
  looks: HashMap.empty(),
  members: [],
  lastClient: 0,
  lastMember: 0,
  seq: 0,
  roomSeq: 0,
  at: 0,
  closed: false
})

/**
 * A connection is there; it is nobody yet. Its id is the new chat's
 * `lastClient`. After the close nobody is taken in.
 */
export const connect = <Peer>(chat: Chat<Peer>, address: string, peer: Peer, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  const client: Client<Peer> = { id: next.lastClient + 1, address, peer }
  const known = { ...next, lastClient: client.id }
  if (known.closed) return { chat: known, told: [] }
  return tell({ ...known, clients: HashMap.set(known.clients, client.id, client) }, client, [
    [{ _tag: "Connected", at: next.at }, []]
  ])
}

/**
 * What a client asks, decided: a pure function from the state and the command
 * to the next state and what is to be told. `now` is in ms since 1970. A
 * command of a connection that the chat does not know changes nothing.
 */
export const decide = <Peer>(chat: Chat<Peer>, from: ClientId, command: Command, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => {
    switch (command._tag) {
      case "Join":
        return join(next, client, command)
      case "Say":
        return inRoom(next, client, command, "say something", (from, at) => ({ _tag: "Said", ...at, from, text: command.text, ref: command.ref }))
      case "Act":
        return inRoom(next, client, command, "do something", (from, at) => ({ _tag: "Acted", ...at, from, text: command.text, ref: command.ref }))
      case "Whisper":
        return whisper(next, client, command, next.members.find(({ member }) => member?.id === command.to))
      case "Address":
        return address(next, client, command)
      case "Rename":
        return rename(next, client, command)
      case "Help":
        return tell(next, client, [[{ _tag: "Help", at: next.at, lines: Commands.help(Commands.roomCommands).map(Text.clean) }, [client]]])
      case "Who":
        return who(next, client, command)
      case "Ping":
        return tell(next, client, [[{ _tag: "Pong", at: next.at, ref: command.ref }, [client]]])
    }
  })

/** What a client sent is not even a command: it is told so, nobody else notices. */
export const refuse = <Peer>(chat: Chat<Peer>, from: ClientId, refusal: Refusal, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => refused(next, client, refusal))

/** A client is asked something; nobody else notices. */
export const ask = <Peer>(chat: Chat<Peer>, from: ClientId, question: Text.Text, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => tell(next, client, [[{ _tag: "Asked", at: next.at, question }, [client]]]))

/** What a client sends is taken up more slowly: it is told so, nobody else notices. */
export const throttle = <Peer>(chat: Chat<Peer>, from: ClientId, perSecond: number, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) =>
    tell(next, client, [[{ _tag: "Throttled", at: next.at, perSecond, message: throttled(perSecond) }, [client]]])
  )

/** A connection is gone. The room is told if it was a member; of a closed chat nobody is told. */
export const leave = <Peer>(
  chat: Chat<Peer>,
  from: ClientId,
  code: LeaveCode,
  reason: Text.Text | undefined,
  now: number
): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => {
    const clients = HashMap.remove(next.clients, client.id)
    const member = client.member
    if (member === undefined) {
      return tell({ ...next, clients }, client, [[{ _tag: "Disconnected", at: next.at, code, reason }, []]])
    }
    const members = next.members.filter((other) => other.id !== client.id)
    const named = unnamed(next, client.id, member.name)
    const roomSeq = next.roomSeq + 1
    const left = { _tag: "Left", seq: roomSeq, at: next.at, room: lobby, member, code, reason } as const
    return tell({ ...named, clients, members, roomSeq }, client, [[left, members]])
  })

/** The server speaks to everybody in the room. */
export const announce = <Peer>(chat: Chat<Peer>, text: Text.Text, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  return next.closed ? { chat: next, told: [] } : speak(next, text)
}

/** The server closes: every member is told once, and the leaves that follow tell nobody. */
export const close = <Peer>(chat: Chat<Peer>, reason: Text.Text, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  if (next.closed) return { chat: next, told: [] }
  const emptied = { ...next, clients: HashMap.empty(), names: HashMap.empty(), looks: HashMap.empty(), members: [], closed: true } as const
  return tell(emptied, undefined, [[{ _tag: "Goodbye", at: next.at, code: "closing", reason }, next.members]])
}
