/** Coming back to a place: into the rooms that it is in, with what was said there meanwhile. */
import { roomWith } from "../../../../domain/Chat.ts"
import type { Event } from "../../../../domain/Event.ts"
import type { Resumption } from "../../../../domain/Reply.ts"
import { parse as parseRoom } from "../../../../domain/roomNames.ts"
import { Refusal } from "../../../../domain/Refusal.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client } from "../Client.ts"
import { encodeFor, joins } from "../encode.ts"
import { namesOf } from "../names.ts"
import { mended } from "../speech.ts"
import { channelOf } from "../tokens.ts"
import { describedOf } from "./subscriptions.ts"
import { topicOf } from "./topicOf.ts"

/** What is told again to a client of IRC. What the rooms are like, it is told as it is now. */
const retold: ReadonlySet<Event["_tag"]> = new Set(["Said", "Acted", "Whispered", "Notice", "Proclaimed", "Invited"])

/** Tells a client that has come back where it is, and what it has missed, behind its welcome. */
export function* comeBack(client: Client, { lost, replay, rooms, you }: Resumption): Iterable<Heard> {
  const { capabilities, hearing: { serverName: server }, outcome, subscriptions } = client
  const form = { server, capabilities }
  for (const { room } of rooms) {
    const asked = parseRoom(room)
    if (asked instanceof Refusal || outcome === undefined) continue
    yield client.look(() => [joins(you, room, form)])
    // Who is there as of one's own return: whoever comes later is told of as coming.
    yield client.numericsOfComing(channelOf(asked.name), ({ me }) => [...topicOf(roomWith(outcome, asked.key)), ...namesOf(client, outcome, me, asked)], (asking) => describedOf(client, asking, asked.key))
  }
  const missed = mended(replay.filter(({ _tag }) => retold.has(_tag))).map((event) => encodeFor(event, { me: you, form, subscriptions })).join("")
  if (missed !== "") yield client.send(missed)
  if (lost !== undefined) yield client.look(({ nick }) => [client.fromServer(`NOTICE ${nick} :${lost === 1 ? "1 message that was" : `${lost} messages that were`} said meanwhile can not be told again`)])
}
