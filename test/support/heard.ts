import type { Question } from "../../src/domain/command/index.ts"
import type { Heard } from "../../src/server/dialect/Dialect.ts"

/** What an interpreter heard, one short line each, for assertions. */
export const brief = (all: Iterable<Heard>): ReadonlyArray<string> => Array.from(all, inShort)

const inShort = (heard: Heard): string => {
  switch (heard._tag) {
    case "Hello": {
      const { name } = heard.join.name
      return heard.password === undefined ? `join ${name}` : `join ${name} with ${heard.password}`
    }
    case "Refuse":
      return `refuse ${heard.refusal.code}`
    case "Answer":
      return `answer ${Buffer.from(heard.bytes).toString("latin1")}`
    case "Tell":
      return `tell ${heard.lines.join(" | ")}`
    case "Look":
      return "look"
    case "Reject":
      return `reject ${heard.code}`
    case "Quit":
      return heard.reason === undefined ? "quit" : `quit ${heard.reason}`
    case "Question":
      return question(heard.question)
    case "Sealed":
      return `${heard.command._tag} ${heard.command.room?.name ?? ""} with ${heard.word}`
    case "Authenticate":
      return `authenticate ${heard.key} ${heard.by.text}`
    case "ClaimName":
      return `claim ${heard.name.name} ${heard.words}`
    case "Operate":
      return `operate ${heard.name} ${heard.secret}`
    case "Remove":
      return `remove ${heard.id}`
    case "SetKey":
      return `key ${heard.words}`
    case "Back":
      return `back ${heard.readings.map(({ key, words }) => `${key} with ${words}`).join(" or ")}`
    case "Command": {
      const { command } = heard
      switch (command._tag) {
        case "Join":
          return `join ${command.name.name}`
        case "Rename":
          return `rename ${command.name.name}`
        case "Say":
          return `say ${command.text}`
        case "SayLines":
          return `say ${command.lines.map(({ text }) => text).join(" | ")}`
        case "Act":
          return `act ${command.text}`
        case "Whisper":
          return `whisper ${command.to} ${command.text}`
        case "SetKey":
        case "Back":
          return `${command._tag} ${command.name}`
        case "Authenticate":
          return `authenticate ${command.account.key}`
        case "ClaimName":
          return `claim ${command.name.name}`
        case "KeepLetters":
          return "keep letters"
        case "SetDuty":
          return "duty"
        case "Redact":
          return `redact ${command.of.n}`
        case "SetMetadata":
          return `describe ${command.key ?? "nothing"}`
        case "Proclaim":
        case "Confide":
          return `${command._tag} ${command.text}`
        case "Address":
          return `address ${command.words}`
        case "Away":
          return `away ${command.reason ?? ""}`.trimEnd()
        case "Signal":
          return `signal ${command.words ?? ""}`.trimEnd()
        case "Watch":
          return `watch ${command.for.name}`
        case "Describe":
          return `describe ${command.real ?? ""}`.trimEnd()
        case "Topic":
          return `topic ${command.text}`
        case "Invite":
        case "Moderate":
          return `${command._tag} ${command.target._tag === "Words" ? command.target.words : command.target._tag}`
        case "Enter":
        case "Exit":
        case "Lock":
        case "Unlock":
        case "Hide":
        case "Show":
        case "SetModes":
        case "Remember":
        case "Forget":
          return `${command._tag} ${command.room?.name ?? ""}`.trimEnd()
      }
    }
  }
}

const question = (question: Question): string => {
  switch (question._tag) {
    case "Help":
      return "help"
    case "Who":
      return `who ${question.after ?? ""}`.trimEnd()
    case "Whois":
      return `whois ${question.target._tag === "Words" ? question.target.words : question.target._tag}`
    case "Rooms":
      return "rooms"
    case "Search":
      return `search ${question.words}`
    case "Ping":
      return `ping ${question.ref ?? ""}`.trimEnd()
  }
}
