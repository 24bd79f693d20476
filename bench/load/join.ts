import * as Net from "node:net"
import { Fault } from "./Fault.ts"
import { nameOf } from "./Line.ts"
import { Member } from "./Member.ts"

/** How many join at once. */
const groupSize = 50

/** Members of a room, all welcomed and told of all others; `listen` says who hears what comes from then on. */
export interface Joined {
  readonly members: ReadonlyArray<Member>
  readonly listen: (hear: (member: Member, bytes: Buffer) => void) => void
}

/**
 * Lets so many clients in. Of any two exactly one, the earlier, has to be told
 * that the other has joined: that is checked too.
 */
export const join = async (host: string, port: number, count: number): Promise<Joined> => {
  // Read at once and never kept, so all sockets read into the same memory.
  const buffer = Buffer.alloc(65_536)
  const told = new Uint8Array(count * count)
  let toTell = (count * (count - 1)) / 2
  let allTold: () => void
  const everybodyTold = new Promise<void>((resolve) => {
    allTold = resolve
  })

  const meet = (index: number, line: string) => {
    const other = Number(line.slice(1, line.indexOf(" ")))
    if (line !== `${nameOf(other)} has joined the chat!`) throw new Fault(`${nameOf(index)} received ${JSON.stringify(line)}`)
    const pair = Math.min(index, other) * count + Math.max(index, other)
    if (index === other || told[pair] !== 0) throw new Fault(`${nameOf(index)} was told twice that ${nameOf(other)} joined`)
    told[pair] = 1
    toTell -= 1
    if (toTell === 0) allTold()
  }

  let hear = (member: Member, bytes: Buffer): void => {
    newcomers[member.index]?.hear(bytes)
  }
  const newcomers: Array<Newcomer> = []
  const members: Array<Member> = []

  const connect = (index: number) =>
    new Promise<void>((welcomed) => {
      const socket = Net.connect({
        host,
        port,
        noDelay: true,
        onread: {
          buffer,
          callback: (length) => {
            hear(member, buffer.subarray(0, length))
            return true
          }
        }
      })
      const member = new Member(index, socket)
      members[index] = member
      newcomers[index] = new Newcomer(index, welcomed, meet)
      socket.once("connect", () => socket.write(`${member.name}\n`))
      socket.on("error", (error) => {
        throw new Fault(`${member.name}: ${error.message}`)
      })
      socket.on("close", () => {
        throw new Fault(`${member.name} was disconnected`)
      })
    })

  for (let first = 0; first < count; first += groupSize) {
    const size = Math.min(groupSize, count - first)
    await Promise.all(Array.from({ length: size }, (_, i) => connect(first + i)))
  }
  if (toTell > 0) await everybodyTold
  return {
    members,
    listen: (listener) => {
      hear = listener
    }
  }
}

/** A client until everybody has joined: a welcome, and then the names of those who come later. */
class Newcomer {
  readonly #index: number
  readonly #welcomed: () => void
  readonly #meet: (index: number, line: string) => void
  #rest = ""
  #isWelcome = false

  constructor(index: number, welcomed: () => void, meet: (index: number, line: string) => void) {
    this.#index = index
    this.#welcomed = welcomed
    this.#meet = meet
  }

  hear(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString("latin1")).split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) {
      if (this.#isWelcome) this.#meet(this.#index, line)
      else this.#welcome(line)
    }
  }

  #welcome(line: string): void {
    const name = nameOf(this.#index)
    if (line !== `Welcome ${name}! To leave, type {quit}.`) throw new Fault(`${name} received ${JSON.stringify(line)}`)
    this.#isWelcome = true
    this.#welcomed()
  }
}
