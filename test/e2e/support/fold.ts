import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"
import { apply } from "../../../src/domain/apply.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import { Entry } from "../../../src/domain/Entry.ts"
import { digest } from "../../../src/domain/replica/digest.ts"
import { settings } from "../../support/chat.ts"
import { keepIn } from "../../support/tellings.ts"

/** A log, and the bounds of the chat that it is of. */
export const Log = Schema.Struct({
  events: Schema.Number,
  bounds: Schema.Struct({ rooms: Schema.Number, roomsOfPerson: Schema.Number }),
  log: Schema.Array(Entry)
})

/** What a log comes to: the number of what was told last, a hash of all that was told, and the digest of the state after each entry. */
export const Folded = Schema.Struct({ seq: Schema.Number, told: Schema.Number, digests: Schema.Array(Schema.Number) })

/** Folds a log from an empty chat. Nobody can be reached. */
export const fold = ({ bounds, events, log }: typeof Log.Type): typeof Folded.Type => {
  let chat = Chat.empty<never>(settings, keepIn(events), bounds)
  let told = 0
  const digests: Array<number> = []
  for (const entry of log) {
    const decision = apply(chat, entry, () => undefined)
    chat = decision.chat
    for (const { audience, event } of decision.told) told = (31 * told + Hash.string(JSON.stringify([event, audience]))) | 0
    digests.push(digest(chat))
  }
  return { seq: chat.seq, told, digests }
}
