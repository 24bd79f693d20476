import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Account } from "../Account.ts"
import { Departed } from "../departed.ts"
import { Event, Limits } from "../Event.ts"
import { LeaveCode } from "../LeaveCode.ts"
import { RoomMask } from "../masks.ts"
import { Member, MemberId } from "../Member.ts"
import { MetadataEntry } from "../metadata.ts"
import { IndexedName } from "../nameIndex.ts"
import { NameKey, Nickname } from "../Nickname.ts"
import { Proof } from "../Place.ts"
import { Profile } from "../Profile.ts"
import { Role } from "../Role.ts"
import { RoomKey, RoomName } from "../RoomName.ts"
import { Status } from "../Status.ts"
import { Text } from "../Text.ts"
import { validator } from "./validator.ts"

/*
 * The state of a chat as plain data, in parts: one for what is neither a person nor a room, and one for each of
 * these. What is of one machine alone, the ways to its clients, is left out. Parts are small, so that whoever
 * makes or reads thousands of them can let others have a turn in between.
 */

const orNot = Schema.UndefinedOr

const WindowPart = Schema.Struct({
  kept: Schema.Array(Schema.Struct({ n: Schema.Number, before: Schema.Number, seq: Schema.Number, at: Schema.Number, size: Schema.Number, event: Event })),
  bytes: Schema.Number,
  gone: Schema.Number,
  goneSeq: Schema.Number,
  due: orNot(Schema.Number)
})

const Limit = Schema.Struct({ events: Schema.Number, bytes: Schema.Number })

const Head = Schema.TaggedStruct("Head", {
  keep: Schema.Struct({
    for: Schema.Number,
    quietFor: Schema.Number,
    most: Schema.Number,
    mostOfNeighbourhood: Schema.Number,
    resumeEvery: Schema.Number,
    room: Limit,
    moves: Limit,
    own: Limit,
    bytes: Schema.Number,
    replayBytes: Schema.Number
  }),
  bounds: Schema.Struct({ rooms: Schema.Number, roomsOfPerson: Schema.Number }),
  history: orNot(Schema.Struct({ lines: Schema.Number, bytes: Schema.Number, age: Schema.Number, allBytes: Schema.Number })),
  instance: Schema.String,
  server: Schema.String,
  limits: Limits,
  superseded: Schema.Array(Schema.Number),
  operators: Schema.Array(MemberId),
  listeners: Schema.Array(MemberId),
  mostHere: Schema.Number,
  departed: Schema.Array(Departed),
  detached: Schema.Struct({ all: Schema.Number, by: Schema.Array(Schema.Tuple(Schema.String, Schema.Number)) }),
  keptBytes: Schema.Number,
  ownBytes: Schema.Number,
  historyBytes: Schema.Number,
  lastMember: Schema.Number,
  seq: Schema.Number,
  at: Schema.Number,
  closed: Schema.Boolean
})

const Looks = Schema.TaggedStruct("Looks", { looks: Schema.Array(Schema.Tuple(Schema.String, Schema.Array(MemberId))) })

const Accounts = Schema.TaggedStruct("Accounts", { accounts: Schema.Array(Account) })

const Letters = Schema.TaggedStruct("Letters", { account: NameKey, window: WindowPart })

const Due = Schema.TaggedStruct("Deadlines", {
  deadlines: Schema.Array(
    Schema.Struct({
      at: Schema.Number,
      due: Schema.Union(
        Schema.Struct({ _tag: Schema.Literal("Place", "Own"), id: MemberId }),
        Schema.Struct({ _tag: Schema.Literal("Window", "Moves", "Past"), room: RoomKey }),
        Schema.Struct({ _tag: Schema.Literal("Letters"), account: NameKey })
      )
    })
  )
})

const HeardPart = Schema.Struct({ n: Schema.Number, rooms: Schema.Array(Schema.Struct({ room: RoomKey, seq: Schema.Number })) })

const PersonPart = Schema.TaggedStruct("Person", {
  member: Member,
  name: IndexedName,
  account: orNot(NameKey),
  client: Schema.Number,
  address: Schema.String,
  attachment: Schema.Union(
    Schema.TaggedStruct("Here", {}),
    Schema.TaggedStruct("Detached", { since: Schema.Number, told: Schema.Boolean, code: LeaveCode, reason: orNot(Text), heard: orNot(HeardPart) })
  ),
  place: orNot(
    Schema.Struct({
      proof: orNot(Proof),
      key: orNot(Schema.Struct({ proof: Proof, name: NameKey })),
      neighbourhood: Schema.String,
      since: Schema.Number,
      own: WindowPart,
      stays: Schema.Array(
        Schema.Struct({ room: RoomKey, since: Schema.Number, until: Schema.Number, last: Schema.Struct({ seq: Schema.Number, n: Schema.Number }) })
      ),
      last: orNot(Schema.String),
      resumedAt: orNot(Schema.Number)
    })
  ),
  profile: orNot(Profile),
  metadata: Schema.Array(MetadataEntry),
  status: Status,
  watched: Schema.Array(Schema.Struct({ name: Nickname, key: NameKey })),
  rooms: Schema.Array(Schema.Struct({ room: RoomKey, role: Role, since: Schema.Number, hasVoice: Schema.optional(Schema.Literal(true)) })),
  current: orNot(RoomKey)
})

const Sanctions = Schema.Array(
  Schema.Struct({ member: Member, name: NameKey, proof: orNot(Proof), host: orNot(Schema.String), until: Schema.Number })
)

const RoomPart = Schema.TaggedStruct("Room", {
  key: RoomKey,
  name: RoomName,
  seq: Schema.Number,
  n: Schema.Number,
  firstPage: Schema.Array(Member),
  keepers: Schema.Number,
  window: WindowPart,
  moves: WindowPart,
  past: WindowPart,
  isRemembered: orNot(Schema.Boolean),
  operators: Schema.Array(MemberId),
  topic: orNot(Text),
  topicSet: orNot(Schema.Struct({ by: orNot(Member), at: Schema.Number })),
  metadata: Schema.Array(MetadataEntry),
  made: Schema.Number,
  lock: orNot(Schema.Struct({ word: orNot(Proof) })),
  hidden: Schema.Boolean,
  manner: Schema.Struct({ isModerated: Schema.Boolean, isOutsideHeard: Schema.Boolean, isTopicFree: Schema.Boolean, isMachineless: Schema.Boolean }),
  limit: orNot(Schema.Number),
  bans: Sanctions,
  mutes: Sanctions,
  masks: Schema.Array(RoomMask),
  invited: Schema.Array(Schema.Struct({ id: MemberId, until: Schema.Number }))
})

/** More of who is in a room, and of who has a place in it; in the order of the parts. */
const Seats = Schema.TaggedStruct("Seats", { room: RoomKey, seats: Schema.Array(MemberId), order: Schema.Array(MemberId) })

/** A part of the state of a chat: the head comes first, people before the rooms that they are in, and a room before its seats. */
export const Part = Schema.Union(Head, Looks, Accounts, Letters, Due, PersonPart, RoomPart, Seats)
export type Part = typeof Part.Type

const isPart = validator(Part)
const encode = Schema.encodeSync(Part)
const parse = Schema.decodeUnknownEither(Schema.parseJson())
// A field that is not known may be what all else means: to leave it out would be to have another state.
const decode = Schema.decodeUnknownEither(Part, { onExcessProperty: "error" })

/** A part as a line of JSON, without its end. */
export const encodePart = (part: Part): string => JSON.stringify(isPart(part) ? part : encode(part))

/** Reads what `encodePart` has made. */
export const decodePart = (line: string): Either.Either<Part, ParseResult.ParseError> => Either.flatMap(parse(line), (value) => (isPart(value) ? Either.right(value) : decode(value)))
