import { active } from "../client/screen/rooms.ts"
import type { RoomList } from "../domain/RoomEvent.ts"
import { Refusal } from "../domain/Refusal.ts"
import { parse } from "../domain/roomNames.ts"
import type { Visit } from "./visit.ts"

/** What is asked before another room is entered, and how that goes: a refusal is told where it was asked, and not in the log. */
export class Joining {
  readonly #visit: Visit
  readonly #changed: () => void
  #isOpen = false
  #isIn = false
  #rooms: RoomList | undefined
  #wrong: string | undefined
  // What was submitted, until it is answered.
  #asked: { readonly key: string; readonly line: string } | undefined

  /** `changed` is called when any of it has changed. */
  constructor(visit: Visit, changed: () => void) {
    this.#visit = visit
    this.#changed = changed
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Whether one is in the room that was asked for: there is nothing to ask any more. */
  get isIn(): boolean {
    return this.#isIn
  }

  /** Why the room was not entered. */
  get wrong(): string | undefined {
    return this.#wrong
  }

  /** Whether the answer is awaited. */
  get isAsking(): boolean {
    return this.#asked !== undefined && this.#wrong === undefined
  }

  /** The rooms that there are, as far as they are told and one is not in them; `undefined` before they are known. */
  get rooms(): RoomList | undefined {
    return this.#rooms && { ...this.#rooms, rooms: this.#rooms.rooms.filter(({ yours }) => !yours) }
  }

  open(): void {
    this.#isOpen = true
    this.#isIn = false
    this.#rooms = undefined
    this.#wrong = undefined
    this.#asked = undefined
    this.#visit.talk.list()
    this.#changed()
  }

  close(): void {
    this.#isOpen = false
    this.#asked = undefined
    this.#changed()
  }

  listed(rooms: RoomList): void {
    this.#rooms = rooms
    this.#changed()
  }

  /** Enters a room, or makes it. */
  enter(name: string, word: string): void {
    const room = parse(name)
    this.#asked = undefined
    this.#wrong = room instanceof Refusal ? room.message : undefined
    if (!(room instanceof Refusal)) {
      if (this.#visit.phase._tag === "Room") {
        this.#asked = { key: room.key, line: `/join ${room.name}` }
        this.#visit.submit(word === "" ? this.#asked.line : `${this.#asked.line} ${word}`)
      } else this.#wrong = "There is no connection: try again once there is one."
    }
    this.#changed()
  }

  /** Whether these words of an error are those for which the room was not entered. */
  takes(words: string): boolean {
    if (!this.isAsking) return false
    this.#wrong = words
    return true
  }

  /** Whether a line that comes back is the one that was submitted here. */
  isOwn(line: string): boolean {
    return this.#asked?.line === line.trim()
  }

  /** Something has happened: it may be that one is in the room that was asked for. */
  settle(): void {
    const { conversation } = this.#visit.talk
    if (this.#asked === undefined || conversation === undefined || conversation.entering !== undefined) return
    if (active(conversation)?.key === this.#asked.key) {
      this.#isIn = true
      this.#asked = undefined
    }
  }
}
