import type { Heard } from "../../src/server/dialect/Dialect.ts"

/** What was heard, a line for each thing, as a test reads best. */
export const brief = (heard: ReadonlyArray<Heard>): ReadonlyArray<string> => heard.map(line)

const line = (heard: Heard): string => {
  switch (heard._tag) {
    case "Command":
      return command(heard.command)
    case "Refuse":
      return `refuse ${heard.refusal.code}`
    case "Ask":
      return `ask ${heard.question.trimEnd()}`
    case "Quit":
      return heard.reason === undefined ? "quit" : `quit ${heard.reason}`
    case "Reject":
      return `reject ${heard.code}`
  }
}

const command = (command: Extract<Heard, { _tag: "Command" }>["command"]): string => {
  switch (command._tag) {
    case "Join":
      return `join ${command.nickname}`
    case "Say":
      return `say ${command.text}`
    case "Act":
      return `act ${command.text}`
    case "Whisper":
      return `whisper ${command.to} ${command.text}`
    case "Address":
      return `address ${command.words}`
    case "Rename":
      return `rename ${command.nickname}`
    case "Help":
      return "help"
    case "Who":
      return `who ${command.after ?? ""}`.trimEnd()
    case "Ping":
      return `ping ${command.ref ?? ""}`.trimEnd()
  }
}
