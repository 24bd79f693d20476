/** Who asked for a page of members: this client, to know who is there, or its user. */
type Asker = "client" | "user"

interface Question {
  /** Absent where the user named none. */
  readonly room: string | undefined
  readonly by: Asker
}

/**
 * The questions who is in a room that are not answered yet. Answers carry no
 * correlation id, but come in the order of the questions.
 */
export class Questions {
  readonly #open: Array<Question> = []
  // Those of the client about rooms that it has left since: each is answered by a refusal that nobody has to read.
  #void = 0

  /** A question was asked. */
  ask(question: Question): void {
    this.#open.push(question)
  }

  /** Whether the client waits for a page of this room. */
  isOpen(room: string): boolean {
    return this.#open.some((question) => question.by === "client" && question.room === room)
  }

  /** The question that this page answers; an older server does not say of which room it is. */
  answered(room: string | undefined): Question | undefined {
    const at = this.#open.findIndex((question) => question.room === room)
    const [question] = this.#open.splice(Math.max(0, at), 1)
    return question
  }

  /** We are not in this room any more: what was asked about it is refused. */
  left(room: string): void {
    for (const question of this.#open.filter((each) => each.room === room)) {
      if (question.by === "client") this.#void += 1
      this.#open.splice(this.#open.indexOf(question), 1)
    }
  }

  /** Takes a refusal of who is not in the room that it asked about; `true` where a question of the client's own was refused. */
  refused(): boolean {
    if (this.#void === 0) return false
    this.#void -= 1
    return true
  }

  /** No answer will come: of which rooms the client waited for a page. */
  forget(): ReadonlySet<string> {
    const rooms = new Set(this.#open.flatMap(({ by, room }) => (by === "client" && room !== undefined ? [room] : [])))
    this.#open.length = 0
    this.#void = 0
    return rooms
  }
}
