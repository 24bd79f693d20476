import type { Goodbye } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import * as Nickname from "../../domain/Nickname.ts"
import * as Text from "../../domain/Text.ts"
import { type ClientMessage, decodeMessage, encode, version } from "../../domain/wire/Ndjson.ts"
import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import { Gate } from "../session/Password.ts"
import type { ServerOptions } from "../ServerConfig.ts"
import { command, type Dialect, type Heard, type Interpreter, quit, refuse } from "./Dialect.ts"

/** One JSON object a line: see `docs/wire/native.md`. */
export const native: Dialect = { name: "native", encode }

const utf8 = new TextEncoder()

/** What a line longer than `bytes` is told. */
export const lineTooLong = (bytes: number): Refusal =>
  new Refusal({
    code: "line-too-long",
    message: `A line has at most ${bytes} bytes: this one was longer and was not taken. Send it in parts.`
  })

type Config = Pick<ServerOptions, "maxLine" | "maxName" | "password" | "passwordTries">
type Hello = Extract<ClientMessage, { readonly _tag: "Hello" }>

/** Hears native clients. Every line gets its answer, and none ends the connection but `Quit`. */
export class NativeInterpreter implements Interpreter {
  readonly echo = true
  readonly patience = undefined
  readonly separator = undefined
  readonly #lines: LineSplitter
  readonly #config: Config
  // Where there is one to be given, and until it is.
  #gate: Gate | undefined

  constructor(config: Config) {
    this.#config = config
    this.#lines = new LineSplitter(config.maxLine)
    this.#gate = config.password === undefined ? undefined : new Gate(config.password, config.passwordTries)
  }

  hear(bytes: Uint8Array): ReadonlyArray<Heard> {
    return this.#lines.push(bytes).flatMap((line) => this.#line(line))
  }

  silence(): ReadonlyArray<Heard> {
    return []
  }

  end(): ReadonlyArray<Heard> {
    return this.#lines.pending.length === 0 ? [] : this.#line(this.#lines.flush())
  }

  joined(): void {
    this.#gate = undefined
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    return utf8.encode(encode(goodbye))
  }

  #line(line: Line): ReadonlyArray<Heard> {
    if (line === tooLong) return [refuse(lineTooLong(this.#config.maxLine))]
    if (line.every(isBlank)) return []
    const message = decodeMessage(line)
    return message instanceof Refusal ? [refuse(message)] : this.#interpret(message)
  }

  #interpret(message: ClientMessage): ReadonlyArray<Heard> {
    switch (message._tag) {
      case "Hello":
        return [this.#hello(message)]
      case "Say":
      case "Act":
      case "Whisper": {
        const text = Text.parse(message.text)
        return [
          text instanceof Refusal
            ? refuse(new Refusal({ code: text.code, message: text.message, ref: message.ref }))
            : command({ ...message, text })
        ]
      }
      case "Rename": {
        const nickname = this.#nickname(message.nickname)
        return [nickname instanceof Refusal ? refuse(nickname) : command({ _tag: "Rename", nickname })]
      }
      case "Who":
      case "Ping":
        return [command(message)]
      case "Pong":
        return []
      case "Quit":
        return [quit(message.reason === undefined ? undefined : Text.lenient(message.reason))]
    }
  }

  #hello({ nickname: asked = "", password, v }: Hello): Heard {
    if (v !== version) return refuse(unsupportedVersion)
    const denied = this.#gate?.knock(password)
    if (denied !== undefined) return denied
    const nickname = this.#nickname(asked)
    return nickname instanceof Refusal ? refuse(nickname) : command({ _tag: "Join", nickname, ifTaken: "refuse" })
  }

  #nickname(raw: string): Nickname.Nickname | Refusal {
    return Nickname.parse(raw, Nickname.limited(this.#config.maxName))
  }
}

const unsupportedVersion = new Refusal({
  code: "unsupported-version",
  message: `This server speaks version ${version}: send {"_tag":"Hello","v":${version},...}.`
})

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d
