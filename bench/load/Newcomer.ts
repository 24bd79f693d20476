import { Fault } from "./Fault.ts"
import type { Member } from "./Member.ts"

/** A member while the room fills: it is let in, and then counts the others that join after it. */
export class Newcomer {
  readonly #member: Member
  readonly #welcomed: () => void
  #rest = ""
  isWelcome = false
  /** How many others it was told have joined. */
  told = 0

  constructor(member: Member, welcomed: () => void) {
    this.#member = member
    this.#welcomed = welcomed
  }

  /** Takes the next bytes from the server; throws a `Fault` at a line that should not have come. */
  hear(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString("latin1")).split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) this.#read(line)
  }

  #read(line: string): void {
    const { dialect, name } = this.#member
    const sign = dialect.read(name, line)
    switch (sign.type) {
      case "asked":
        this.#member.send(sign.answer)
        return
      case "named":
        this.#member.source = sign.source
        return
      case "welcome":
        this.isWelcome = true
        this.#welcomed()
        return
      case "joined":
        this.told += sign.count
        return
      case "other":
        return
      case "wrong":
        throw new Fault(`${name} received ${JSON.stringify(line)}`)
    }
  }
}
