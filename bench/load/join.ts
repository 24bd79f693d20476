import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { Dialect } from "./Dialect.ts"
import { Fault } from "./Fault.ts"
import { Member } from "./Member.ts"
import { Newcomer } from "./Newcomer.ts"
import type { ConnectTls } from "./tls.ts"

/** The longest that the joining of so many clients may take, ms: a minute, and 60 ms for each. */
const patienceMillis = (count: number): number => 60_000 + count * 60
/** The joining is over when nothing has come for so long, ms. */
const quietMillis = 1000

/** How many clients join which server, and how many of them at the same time. */
interface Coming {
  readonly host: string
  /** Of all nodes: each has as many of the clients, the first ones at the first. */
  readonly ports: ReadonlyArray<number>
  readonly dialect: Dialect
  readonly count: number
  readonly atOnce: number
  /** How they connect where they come with TLS. */
  readonly connectTls?: ConnectTls | undefined
}

/** The members of a room in which all have arrived. */
export interface Joined {
  readonly members: ReadonlyArray<Member>
  /** From the first connection until the last bytes about the joining. */
  readonly seconds: number
  /** Sets who takes the bytes that come from now on. */
  readonly listen: (hear: (member: Member, bytes: Buffer) => void) => void
  /** Ends all connections. */
  readonly leave: () => void
}

/** Lets so many clients join, the first one alone, as it has to be told of every other. Throws a `Fault` when they do not all get in in time. */
export const join = async ({ atOnce, connectTls, count, dialect, host, ports }: Coming): Promise<Joined> => {
  // The bytes are read at once and never kept, so one buffer serves all sockets.
  const buffer = Buffer.alloc(65_536)
  const members: Array<Member> = []
  const newcomers: Array<Newcomer> = []
  const start = performance.now()
  let heardAt = start
  let isOver = false
  const sockets: Array<Net.Socket> = []

  let hear = (member: Member, bytes: Buffer): void => {
    heardAt = performance.now()
    newcomers[member.index]?.hear(bytes)
  }

  const connect = (index: number) =>
    new Promise<void>((welcomed) => {
      const port = ports[Math.floor((index * ports.length) / count)] ?? 0
      const opened = () => {
        member.open()
      }
      const where: Net.NetConnectOpts = {
        host,
        port,
        noDelay: true,
        onread: {
          buffer,
          callback: (length) => {
            const bytes = member.read(buffer.subarray(0, length))
            if (bytes.length > 0) hear(member, bytes)
            return true
          }
        }
      }
      const socket = connectTls === undefined ? Net.connect(where, opened) : connectTls(where, opened)
      sockets.push(socket)
      const member = new Member(index, dialect, socket, `${host}:${port}`)
      members[index] = member
      newcomers[index] = new Newcomer(member, welcomed)
      socket.on("error", (error: Error) => {
        throw new Fault(`${member.name}: ${error.message}`)
      })
      socket.on("close", () => {
        if (!isOver) throw new Fault(`${member.name} was disconnected`)
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
    },
    leave: () => {
      isOver = true
      for (const socket of sockets) socket.destroy()
    }
  }
}
