import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { Dialect } from "./Dialect.ts"
import { Fault } from "./Fault.ts"
import { Member } from "./Member.ts"
import { Newcomer } from "./Newcomer.ts"

/** The longest that all of it may take, at a few clients a second at least. */
const patienceMillis = (count: number): number => 60_000 + count * 60
/** After so long a silence nothing more is under way. */
const quietMillis = 1000

/** How many come, where, and how many of them at once. */
interface Coming {
  readonly host: string
  readonly port: number
  readonly dialect: Dialect
  readonly count: number
  readonly atOnce: number
}

/** Members of a room, all there and all told; `listen` says who hears what comes from then on. */
export interface Joined {
  readonly members: ReadonlyArray<Member>
  readonly seconds: number
  readonly listen: (hear: (member: Member, bytes: Buffer) => void) => void
}

/** Lets so many clients in, the first one alone: it has to be told of every other. */
export const join = async ({ atOnce, count, dialect, host, port }: Coming): Promise<Joined> => {
  // Read at once and never kept, so all sockets read into the same memory.
  const buffer = Buffer.alloc(65_536)
  const members: Array<Member> = []
  const newcomers: Array<Newcomer> = []
  const start = performance.now()
  let heardAt = start

  let hear = (member: Member, bytes: Buffer): void => {
    heardAt = performance.now()
    newcomers[member.index]?.hear(bytes)
  }

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
      const member = new Member(index, dialect, socket)
      members[index] = member
      newcomers[index] = new Newcomer(member, welcomed)
      socket.once("connect", () => {
        member.send(dialect.hello(member.name))
      })
      socket.on("error", (error) => {
        throw new Fault(`${member.name}: ${error.message}`)
      })
      socket.on("close", () => {
        throw new Fault(`${member.name} was disconnected`)
      })
    })

  let next = 1
  const connectMore = async () => {
    while (next < count) await connect(next++)
  }

  const told = () => newcomers[0]?.told ?? 0
  const patience = setTimeout(() => {
    const here = newcomers.filter(({ isWelcome }) => isWelcome).length
    throw new Fault(`${here} of ${count} have joined, and the first was told of ${told()} others`)
  }, patienceMillis(count))
  await connect(0)
  await Promise.all(Array.from({ length: atOnce }, connectMore))
  while (told() < count - 1 || performance.now() - heardAt < quietMillis) await sleep(10)
  clearTimeout(patience)
  if (told() > count - 1) throw new Fault(`the first was told of ${told()} others that joined, of ${count - 1}`)

  return {
    members,
    seconds: (heardAt - start) / 1000,
    listen: (listener) => {
      hear = listener
    }
  }
}
