import * as Schema from "effect/Schema"
import { Event } from "../../src/domain/Event.ts"

/** How many lines are remembered: every member is sent the same ones, at about the same time. */
const remembered = 1024

/** What a line says to those who are sent it. */
interface Said {
  /** As a plain client reads it, with its line feed; absent where that would not be told. */
  readonly words: Buffer | undefined
  /** Who said it: that client is sent it too, as a receipt, where a plain one is not. */
  readonly author: string | undefined
  readonly isPing: boolean
}

const decode = Schema.decodeUnknownSync(Schema.parseJson(Event))

/** Reads lines of the native dialect as a plain client would be sent them, so that every byte of what is said can be checked in the same way. */
export class Translation {
  readonly #known = new Map<string, Said>()

  /** The line for this client; `undefined` where there is nothing to read. A ping is answered. */
  of(line: string, { name, send }: { readonly name: string; readonly send: (line: string) => void }): Buffer | undefined {
    const { author, isPing, words } = this.#known.get(line) ?? this.#learn(line)
    if (isPing) send('{"_tag":"Pong"}\n')
    return author === name ? undefined : words
  }

  #learn(line: string): Said {
    const said = read(decode(line))
    if (this.#known.size >= remembered) this.#known.clear()
    this.#known.set(line, said)
    return said
  }
}

const told = (words: string, author?: string): Said => ({ words: Buffer.from(`${words}\n`), author, isPing: false })

const read = (event: Event): Said => {
  switch (event._tag) {
    case "Welcome":
      return told(`Welcome ${event.you.name}!`)
    case "Joined":
      return told(`${event.member.name} has joined the chat!`, event.member.name)
    case "Presence":
      return told(`${event.joined.length} people have joined the chat!`)
    case "Said":
      return told(`${event.from.name}: ${event.text}`, event.from.name)
    case "Ping":
      return { words: undefined, author: undefined, isPing: true }
    default:
      // What should not come is shown as it is, and fails the run.
      return told(JSON.stringify(event))
  }
}
