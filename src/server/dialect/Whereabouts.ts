import type { Reply } from "../../domain/Reply.ts"
import type { RoomName } from "../../domain/RoomName.ts"

/** The rooms that one client has been told it is in, as of what it was told last. */
export class Whereabouts {
  readonly #rooms = new Set<RoomName>()
  #current: RoomName | undefined

  /** Takes what the client is told next; whether that changes where it is. */
  follow(event: Reply): boolean {
    switch (event._tag) {
      case "Welcome":
      case "Entered":
        this.#rooms.add(event.room)
        this.#current = event.room
        return true
      case "Exited":
      case "Removed":
        this.#rooms.delete(event.room)
        this.#current = event.now
        return true
      case "Resumed":
        this.#rooms.clear()
        for (const { room } of event.rooms) this.#rooms.add(room)
        this.#current = event.rooms.at(-1)?.room
        return true
      default:
        return false
    }
  }

  /** The room that is current while the client is in several; `undefined` while there is none, or only one. */
  get amongSeveral(): RoomName | undefined {
    return this.#rooms.size > 1 ? this.#current : undefined
  }

  /** The rooms at this moment. */
  get rooms(): ReadonlySet<RoomName> {
    return new Set(this.#rooms)
  }
}
