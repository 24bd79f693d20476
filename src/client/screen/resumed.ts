import type { Resumed, Welcome } from "../../domain/Event.ts"
import { lobby } from "../../domain/RoomName.ts"

/** What a place tells of itself that was taken up again, as far as a newcomer is told it. */
export const welcomeOf = ({ at, instance, keep, limits, rooms: [place], server, you }: Resumed): Welcome => ({
  _tag: "Welcome",
  seq: place?.seq ?? 0,
  at,
  room: place?.room ?? lobby,
  you,
  here: place?.here ?? 1,
  members: [you],
  server,
  instance,
  limits,
  keep
})
