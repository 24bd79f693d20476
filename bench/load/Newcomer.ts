import { Fault } from "./Fault.ts"
import type { Member } from "./Member.ts"

/** A client until everybody has joined: it is let in, and then told of those who come later. */
export class Newcomer {
  readonly #member: Member
  readonly #welcomed: () => void
  #rest = ""
  isWelcome = false
  /** Of how many others it was told. */
  told = 0

  constructor(member: Member, welcomed: () => void) {
    this.#member = member
    this.#welcomed = welcomed
  }

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
