import * as Schema from "effect/Schema"

/** The name of a room as people read it, and as it travels in events; while there is the room, it stays the same. */
export const RoomName = Schema.NonEmptyString.pipe(Schema.brand("RoomName"))
export type RoomName = typeof RoomName.Type

/** The identity of a room: names with one key are the same room. */
export const RoomKey = Schema.NonEmptyString.pipe(Schema.brand("RoomKey"))
export type RoomKey = typeof RoomKey.Type

/** A room that somebody asks for. Its key needs Unicode's tables, so it is worked out at the border: see `roomNames.ts`. */
export const AskedRoom = Schema.Struct({ name: RoomName, key: RoomKey })
export type AskedRoom = typeof AskedRoom.Type

/** The room everybody enters, which is always there. Its name is its key. */
export const lobby = RoomName.pipe(Schema.brand("RoomKey")).make("lobby")
