import { randomBytes } from "node:crypto"
import { connect, Native } from "./raw.ts"
import type { Stage } from "./stage.ts"

/** A secret that nobody guesses. */
export const secretOf = (): string => randomBytes(32).toString("hex")

/** How far a client has heard, and as whom. */
export interface Seen {
  readonly id: string
  readonly n: number
}

/** A client that has sent its hello, and nothing else. */
export const greeting = async (stage: Stage, port: number, nickname: string, secret: string, seen?: Seen, localAddress?: string): Promise<Native> => {
  const native = new Native((await connect(stage, port, localAddress)).socket)
  native.read()
  await native.send({ _tag: "Hello", v: 1, nickname, secret, seen })
  return native
}

/** A client that can come back, and is in. */
export const member = async (stage: Stage, port: number, nickname: string, secret: string, localAddress?: string) => {
  const native = await greeting(stage, port, nickname, secret, undefined, localAddress)
  const { you } = await native.event("Welcome")
  return { native, you }
}

/** The connection of this client is reset. */
export const lose = (native: Native): void => {
  native.socket.resetAndDestroy()
}

/** The last number that a client has heard. */
export const heardBy = ({ events }: Native): number => Math.max(...events.map((event) => ("n" in event ? (event.n ?? 0) : 0)))
