import * as Schema from "effect/Schema"

/** The name of a room, as it travels in events. There is one room so far: {@link lobby}. */
export const RoomName = Schema.NonEmptyString.pipe(Schema.brand("RoomName"))
export type RoomName = typeof RoomName.Type

/** The room everybody enters. */
export const lobby: RoomName = RoomName.make("lobby")
