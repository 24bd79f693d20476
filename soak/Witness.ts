import * as Net from "node:net"
import { Difference } from "./Difference.ts"
import type { Pulse } from "./Pulse.ts"
import { readEvent, Reference } from "./Reference.ts"

/** The client that joins first, always reads and says nothing: what it receives is the model for all others. */
export class Witness {
  readonly reference: Reference
  readonly #socket: Net.Socket
  #pongs = 0
  #signs = 0
  /** Whether a goodbye is expected. */
  #mayEnd = false

  constructor(socket: Net.Socket, reference: Reference) {
    this.#socket = socket
    this.reference = reference
  }

  static come(port: number, name: string, pulse: Pulse): Promise<Witness> {
    return new Promise((resolve) => {
      const socket = Net.connect({ host: "127.0.0.1", port, noDelay: true })
      let witness: Witness | undefined
      let rest = ""
      socket.setEncoding("utf8")
      socket.on("data", (text: string) => {
        const lines = (rest + text).split("\n")
        rest = lines.pop() ?? ""
        try {
          for (const line of lines) {
            if (witness === undefined) {
              witness = welcomed(socket, line)
              resolve(witness)
            } else {
              witness.#take(line)
            }
          }
        } catch (error) {
          pulse.fail(error)
        }
      })
      const end = (how: string) => {
        if (witness?.reference.isComplete !== true) pulse.fail(new Difference(`the witness is gone: ${how}`))
      }
      socket.once("error", ({ message }) => {
        end(message)
      })
      socket.once("close", () => {
        end("closed")
      })
      socket.write(`${JSON.stringify({ _tag: "Hello", v: 1, nickname: name })}\n`)
    })
  }

  /** Waits until it has received all that the server has decided by now. */
  async sign(pulse: Pulse, patience: number): Promise<void> {
    const wanted = (this.#signs += 1)
    this.#socket.write('{"_tag":"Ping","ref":"witness"}\n')
    await pulse.until("an answer to the witness", () => this.#pongs >= wanted, patience)
  }

  /** Leaves the room. */
  leave(): void {
    this.#mayEnd = true
    this.#socket.write('{"_tag":"Quit"}\n')
  }

  /** Expects a goodbye, as the server is about to close. */
  expectEnd(): void {
    this.#mayEnd = true
  }

  destroy(): void {
    this.reference.isComplete = true
    this.#socket.destroy()
  }

  #take(line: string): void {
    if (line.startsWith('{"_tag":"Pong"')) this.#pongs += 1
    else if (line.startsWith('{"_tag":"Ping"')) this.#socket.write('{"_tag":"Pong"}\n')
    else if (line.startsWith('{"_tag":"Goodbye"') && this.#mayEnd) this.reference.isComplete = true
    else this.reference.add(line)
  }
}

const welcomed = (socket: Net.Socket, line: string): Witness => {
  const welcome = readEvent(line)
  if (welcome._tag !== "Welcome") throw new Difference(`the witness was not let in: ${line}`)
  return new Witness(socket, new Reference(welcome))
}
