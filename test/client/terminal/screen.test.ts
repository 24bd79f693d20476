import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Form from "../../../src/client/screen/form.ts"
import { hereIn, unreadIn } from "../../../src/client/screen/rooms.ts"
import { lineOf } from "../../../src/client/terminal/editor.ts"
import { type Key, KeyDecoder } from "../../../src/client/terminal/keys.ts"
import { type Happening, type Screen, start, type Step, update, type Wish } from "../../../src/client/terminal/screen.ts"
import { view } from "../../../src/client/terminal/view.ts"
import type { Command } from "../../../src/domain/command/index.ts"
import type { Event, Welcome } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const me = member("m1", "me")
const ada = member("m2", "Ada Lovelace")
const bob = member("m3", "bob")
const members = [me, ada, bob]
const inRoom = { seq: 1, at: 0, room: RoomName.make("lobby") }

const welcome: Welcome = {
  _tag: "Welcome", ...inRoom, you: me, here: 3, members, server: "brusio", limits: { lineBytes: 16_384, nameGraphemes: 32, nameBytes: 128 }
}

const asking = Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1234")

/** What happens is keys, as a terminal sends them, or something else. */
type Moment = string | Happening

const happenings = (moment: Moment): ReadonlyArray<Happening> => {
  if (typeof moment !== "string") return [moment]
  const decoder = new KeyDecoder()
  const keys: ReadonlyArray<Key> = [...decoder.push(moment), ...decoder.flush()]
  return keys.map((key) => ({ _tag: "Key", key, members }))
}

/** The screen after all of it, and all it wanted done. */
const play = (from: Step, ...moments: ReadonlyArray<Moment>): Step =>
  moments.flatMap(happenings).reduce((before, happening) => {
    const { screen, wishes } = update(before.screen, happening)
    return { screen, wishes: [...before.wishes, ...wishes] }
  }, from)

const entered: Happening = { _tag: "Entered", welcome }
const notEntered: Happening = { _tag: "NotEntered", code: undefined, reason: "Nobody listens there." }
const over: Happening = { _tag: "Over" }
const told = (event: Event): Happening => ({ _tag: "Told", event })
const said = (from: Member, text: string, ref?: string): Happening =>
  told({ _tag: "Said", ...inRoom, from, text: Text.clean(text), ref })
const refused = (message: string, ref?: string): Happening =>
  told({ _tag: "Refused", at: 0, code: "bad-command", message: Text.clean(message), ref })

/** In the room, with nothing wanted so far. */
const inside: Step = { screen: play(start(Form.unasked(asking)), entered).screen, wishes: [] }
const room = (...moments: ReadonlyArray<Moment>) => play(inside, ...moments)

/** What has no mark is shown without one. */
const sent = (command: Command, ref: string | undefined): string => {
  const words = [command._tag.toLowerCase(), ...(ref === undefined ? [] : [ref])].join(" ")
  switch (command._tag) {
    case "Say":
    case "Act":
      return `${words} ${command.text}`
    case "Whisper":
      return `${words} ${members.find(({ id }) => id === command.to)?.name}: ${command.text}`
    case "Join":
    case "Rename":
      return `${words} ${command.name.name}`
    case "Address":
      return `${words} ${command.words}`
    default:
      return words
  }
}

const show = (wish: Wish): string => {
  switch (wish._tag) {
    case "Print":
      return wish.line._tag === "Event" ? wish.line.event._tag : `${wish.line._tag === "Error" ? "! " : ""}${wish.line.text}`
    case "Connect": {
      const { host, name, port } = wish.form.answers
      return `connect ${host} ${port} ${name}`
    }
    case "Send":
      return sent(wish.command, wish.ref)
    case "Ask":
      return wish.question._tag.toLowerCase()
    case "Quit":
      return `quit ${wish.reason ?? ""}`.trimEnd()
    default:
      return wish._tag.toLowerCase()
  }
}
const wishes = (step: Step) => step.wishes.map(show)
const typed = ({ screen }: { readonly screen: Screen }) => lineOf(screen.typing.editor)
const pending = ({ screen }: Step) => screen.conversation.pending.map(({ typed }) => typed)
const up = "\u001b[A"
const paste = (text: string) => `\u001b[200~${text}\u001b[201~`

describe("While a password is looked at", () => {
  const secret = play(start(Form.withPassword(Form.unasked(asking))), "sesame\r")

  it("what is typed is hidden, and is never said: it may be the password again", () => {
    const typing = play({ screen: secret.screen, wishes: [] }, "sesame")
    expect(view(typing.screen, { columns: 60, rows: 24 }).rows.map(({ text }) => text).join("\n")).not.toContain("sesame")
    const inside = play(typing, "\r", entered)
    expect(JSON.stringify(inside.wishes)).not.toContain("sesame")
  })

  it("nor does it come back when the password was wrong", () => {
    const again = play({ screen: secret.screen, wishes: [] }, "ses", { ...notEntered, code: "password-wrong" }, "x\r", entered)
    expect(again.screen.typing.editor.before).toBe("")
    expect(typed(play(again, up))).toBe("")
    expect(JSON.stringify(again.screen)).not.toContain("ses")
  })
})

describe("The form on the screen", () => {
  it("asks one after the other, leaves the answers on the screen, and connects", () => {
    const asked = play(start(asking), "example.org\r", "\r", "ada\r")
    expect(asked.screen.conversation.phase).toBe("connecting")
    expect(wishes(asked)).toEqual(["Host [127.0.0.1]: example.org", "Port [25565]: ", "Name [User1234]: ada", "connect example.org 25565 ada"])
  })

  it("connects at once when there is nothing to ask", () => {
    expect(wishes(start(Form.unasked(asking)))).toEqual(["connect 127.0.0.1 25565 User1234"])
  })

  it("says what cannot be an answer, and asks again", () => {
    const asked = play(start(asking), "\r", "many\r")
    expect(wishes(asked).slice(1)).toEqual(["Port [25565]: many", "! A port is a whole number from 1 to 65535."])
    expect(Form.question(asked.screen.conversation.form)).toBe("Port [25565]: ")
    expect(typed(asked)).toBe("")
  })

  it("comes back when an attempt fails, with the answers kept", () => {
    const again = play(start(asking), "example.org\r4000\rada\r", notEntered)
    expect(again.screen.conversation.phase).toBe("form")
    expect(wishes(again).at(-1)).toBe("! Nobody listens there.")
    expect(wishes(play({ ...again, wishes: [] }, "\r\r\r")).at(-1)).toBe("connect example.org 4000 ada")
  })

  it("does not take commands, nor complete anything", () => {
    const asked = play(start(asking), "help\r\rm\t\r")
    expect(wishes(asked).at(-1)).toBe("connect help 25565 m")
  })

  it.each(["Hello everybody", "/help", "hello!", "a:b"])("takes no host that cannot be one: %j", (host) => {
    const asked = play(start(asking), `${host}\r`)
    expect(wishes(asked).at(-1)).toBe("! A host is a name such as chat.example.org, or an address such as 192.0.2.7. /quit leaves.")
    expect(Form.question(asked.screen.conversation.form)).toBe("Host [127.0.0.1]: ")
  })

  it.each(["/quit\r", "{quit}\r", "\r/QUIT now\r", "\r\r/quit\r"])("is left with %j", (keys) => {
    expect(wishes(play(start(asking), keys)).at(-1)).toBe("quit")
  })

  it("takes a password that is a word to leave with", () => {
    const secret = play(start(Form.withPassword(Form.unasked(asking))), "/quit\r")
    expect(wishes(secret).at(-1)).toMatch(/^connect/u)
  })

  it("takes several pasted lines for one answer, which can be mended", () => {
    const asked = play(start(asking), paste("one\ntwo\n"))
    expect(asked.screen.typing.paste).toBeUndefined()
    expect(typed(asked)).toBe("one two")
  })

  it.each(["\u0003", "\u0004"])("ends with Ctrl-C and with Ctrl-D: %j", (key) => {
    expect(wishes(play(start(asking), key))).toEqual(["interrupt"])
  })
})

describe("What is typed while it connects", () => {
  const connecting = start(Form.unasked(asking))

  it("is said in the room, in order, and what is not finished stays in the input line", () => {
    const step = play(connecting, "one\r//two\r/me waves\rhal", entered, "f")
    expect(wishes(step).slice(1)).toEqual([
      "Welcome me! /help shows what you can type, {quit} leaves.", "Here with you: Ada Lovelace, bob.", "say s1 one", "say s2 /two", "act s3 waves"
    ])
    expect(typed(step)).toBe("half")
  })

  it("waits while the form is asked again, and is said then", () => {
    const failed = play(connecting, "one\rhalf", notEntered)
    expect(typed(failed)).toBe("")
    const step = play({ ...failed, wishes: [] }, "\r\r\r", entered)
    expect(wishes(step).slice(-4)).toEqual(["Welcome me! /help shows what you can type, {quit} leaves.", "Here with you: Ada Lovelace, bob.", "say s1 one", "Up brings back: half"])
    expect(typed(step)).toBe("")
    expect(typed(play(step, up))).toBe("half")
  })

  it("asks for a paste of several lines, too", () => {
    const step = play(connecting, paste("one\n/two"), "y", entered)
    expect(wishes(step).slice(3)).toEqual(["say s1 one", "say s2 /two"])
  })
})

describe("A line in the room", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["hello", ["say s1 hello"]],
    ["//quit", ["say s1 /quit"]],
    ["/me waves", ["act s1 waves"]],
    ["/msg ada lovelace hi", ["whisper s1 Ada Lovelace: hi"]],
    ['/msg "Ada Lovelace" hi', ["whisper s1 Ada Lovelace: hi"]],
    ["/nick eve", ["rename eve"]],
    ["/who", ["who"]],
    ["/clear", ["clear"]],
    ["/quit", ["quit"]],
    ["/quit to lunch", ["quit to lunch"]],
    ["{quit}", ["quit"]],
    ["   ", []]
  ])("%j is done, and the input line is free", (line, wanted) => {
    const step = room(`${line}\r`)
    expect(wishes(step)).toEqual(wanted)
    expect(typed(step)).toBe("")
  })

  it("of help shows each command", () => {
    const lines = wishes(room("/help\r"))
    for (const name of ["/help", "/who", "/nick NEW", "/me ACTION", "/msg NAME TEXT", "/clear", "/quit [REASON]", "//TEXT"]) {
      expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1)
    }
  })

  it.each([
    ["/hepl", "! There is no command /hepl. Did you mean /help? To say it, type //hepl; /help shows all commands."],
    ["/me", "! Type /me ACTION"],
    ["/msg nobody hi", "! Nobody here has that name: /who shows who is here."]
  ])("%j is wrong: it says so, and Up brings the line back", (line, words) => {
    const step = room(`${line}\r`)
    expect(wishes(step)).toEqual([words, `Up brings back: ${line}`])
    expect(typed(step)).toBe("")
    expect(typed(play(step, up))).toBe(line)
    expect(pending(step)).toEqual([])
  })

  it("that was wrong does not become a part of the next sentence", () => {
    const step = room("/nick server\r", refused("The name server is reserved: choose another."), "my next sentence\r")
    expect(wishes(step).at(-1)).toBe("say s1 my next sentence")
    expect(wishes(room("/wo\r", "my next sentence\r")).at(-1)).toBe("say s1 my next sentence")
  })

  it("is completed with the names of the others, and not with one's own", () => {
    expect(typed(room("ad\t"))).toBe("Ada Lovelace: ")
    expect(typed(room("/msg ad\t"))).toBe('/msg "Ada Lovelace" ')
    expect(typed(room("m\t"))).toBe("m")
    expect(typed(room("/cl\t"))).toBe("/clear")
    expect(typed(room("/\t"))).toBe("/help")
  })

  it("is remembered", () => {
    expect(typed(room("one\rtwo\rdraft\u001b[A\u001b[A"))).toBe("one")
    expect(typed(room("one\rtwo\rdraft\u001b[A\u001b[A\u001b[B\u001b[B"))).toBe("draft")
  })
})

describe("A message", () => {
  it("is pending until its receipt comes, and then shown", () => {
    const sent = room("one\rtwo\r")
    expect(pending(sent)).toEqual(["one", "two"])
    const received = play({ ...sent, wishes: [] }, said(me, "one", "s1"))
    expect(pending(received)).toEqual(["two"])
    expect(wishes(received)).toEqual(["Said"])
  })

  it("of somebody else with the same mark is no receipt", () => {
    expect(pending(room("one\r", said(bob, "one", "s1")))).toEqual(["one"])
  })

  it.each(["Acted", "Whispered"] as const)("that is %s has a receipt, too", (tag) => {
    const line = tag === "Acted" ? "/me waves\r" : "/msg bob hi\r"
    const event: Event =
      tag === "Acted"
        ? { _tag: tag, ...inRoom, from: me, text: Text.clean("waves"), ref: "s1" }
        : { _tag: tag, at: 0, from: me, to: bob, text: Text.clean("hi"), ref: "s1" }
    expect(pending(room(line))).toEqual([line.trim()])
    expect(pending(room(line, told(event)))).toEqual([])
  })

  it("that is refused says why, and comes back as it was typed", () => {
    const step = room("/me waves\r", refused("Not now.", "s1"))
    expect(wishes(step).slice(1)).toEqual(["! Not now.", "Up brings back: /me waves"])
    expect(typed(step)).toBe("")
    expect(typed(play(step, up))).toBe("/me waves")
    expect(pending(step)).toEqual([])
  })

  it("that cannot be sent comes back as well", () => {
    const step = room("hello\r", { _tag: "Unsent", ref: "s1", reason: "Too long." })
    expect(wishes(step).slice(1)).toEqual(["! Too long.", "Up brings back: hello"])
    expect(typed(play(step, up))).toBe("hello")
  })

  it("that comes back is the newest of the history, whatever was said since; the draft stays as it is", () => {
    const step = room("one\rtwo\rdraft", refused("No.", "s1"), refused("No.", "s2"))
    expect(typed(step)).toBe("draft")
    expect(typed(play(step, up))).toBe("two")
    expect(typed(play(step, up, up))).toBe("one")
    expect(typed(play(step, up, up, "\u001b[B\u001b[B"))).toBe("draft")
  })

  it("that comes back while earlier lines are looked at does not change which is shown", () => {
    const step = room("one\rtwo\rdraft", up, up, refused("No.", "s1"))
    expect(typed(step)).toBe("one")
    expect(typed(play(step, "\u001b[B\u001b[B"))).toBe("one")
    expect(typed(play(step, "\u001b[B\u001b[B\u001b[B"))).toBe("draft")
    expect(typed(play(room("one\rdraft", up, "\u001b[B", refused("No.", "s1")), up))).toBe("one")
  })

  it("that is long is not shown whole when it comes back", () => {
    const long = "x".repeat(200)
    const step = room(`${long}\r`, refused("Too long.", "s1"))
    expect(wishes(step).at(-1)).toBe(`Up brings back: ${"x".repeat(59)}…`)
    expect(typed(play(step, up))).toBe(long)
  })

  it("is not what a refusal without its mark is about", () => {
    const step = room("one\r", refused("No."), refused("No.", "s9"))
    expect(pending(step)).toEqual(["one"])
    expect(typed(step)).toBe("")
    expect(wishes(step).slice(1)).toEqual(["Refused", "! No."])
  })
})

describe("A name that is refused", () => {
  it("comes back with its command", () => {
    const step = room("/nick Ada\r", refused("The name Ada is taken."))
    expect(wishes(step)).toEqual(["rename Ada", "! The name Ada is taken.", "Up brings back: /nick Ada"])
    expect(typed(play(step, up))).toBe("/nick Ada")
  })

  it("does not come back once another was taken", () => {
    const renamed: Event = { _tag: "Renamed", ...inRoom, member: member("m1", "Ada"), was: me.name }
    expect(wishes(room("/nick Ada\r", told(renamed), refused("No."))).at(-1)).toBe("Refused")
  })
})

describe("A paste", () => {
  it.each(["/msg bob ", "/me ", "/quit "])("behind %j belongs to that command: no line of it is said to others", (command) => {
    const step = room(command, paste("one\ntwo\nthree"))
    expect(step.screen.typing.paste).toBeUndefined()
    expect(typed(step)).toBe(`${command}one two three`)
    expect(wishes(step)).toEqual([])
  })

  it("comes back as a message when it is refused, also where it looks like a command", () => {
    const step = room(paste("/quit\nsecond"), "y", { _tag: "Unsent", ref: "s1", reason: "Too long." })
    expect(typed(play(step, up))).toBe("//quit")
  })

  const lines = Array.from({ length: 14 }, (_, n) => `line ${n}`)

  it("of one line is typed, whatever line breaks are around it", () => {
    expect(typed(room("a ", paste("b c")))).toBe("a b c")
    expect(typed(room(paste("\nb\n\n")))).toBe("b")
    expect(wishes(room(paste("b\n")))).toEqual([])
  })

  it("of several lines asks, and nothing is sent meanwhile", () => {
    const step = room(paste(`${lines.join("\n")}\n`), "x", "\u001b[A", paste("more\nlines"))
    expect(step.screen.typing.paste).toEqual(lines)
    expect(wishes(step)).toEqual([])
  })

  it("is not sent by Enter: that may belong to it", () => {
    const step = room(paste(lines.join("\n")), "\r", "\r")
    expect(wishes(step)).toEqual([])
    expect(step.screen.typing.paste).toEqual(lines)
  })

  it.each(["y", "Y"])("is sent whole and in order after a yes: %j", (yes) => {
    const step = room(paste(lines.join("\n")), yes)
    expect(wishes(step)).toEqual(lines.map((line, n) => `say s${n + 1} ${line}`))
    expect(pending(step)).toEqual(lines)
    expect(step.screen.typing.paste).toBeUndefined()
  })

  it.each(["n", "N", "\u001b"])("is not sent at all after a no: %j", (no) => {
    const step = room("draft", paste(lines.join("\n")), no)
    expect(wishes(step)).toEqual(["The 14 lines were not sent."])
    expect(typed(step)).toBe("draft")
    expect(step.screen.typing.paste).toBeUndefined()
  })

  it("goes where the cursor is, and takes the line with it", () => {
    const step = room("<>\u001b[D", paste("one\n\n  two\nthree"), "y")
    expect(wishes(step)).toEqual(["say s1 <one", "say s2   two", "say s3 three>"])
    expect(typed(step)).toBe("")
  })

  it("says every line as it is: nothing in it is a command", () => {
    expect(wishes(room(paste("/quit\n{quit}\n//x"), "y"))).toEqual(["say s1 /quit", "say s2 {quit}", "say s3 //x"])
  })

  it("does not take with it what is typed right behind the answer", () => {
    expect(typed(room(paste("one\ntwo"), "yes or no"))).toBe("es or no")
    expect(typed(room("draft", paste("one\ntwo"), "no"))).toBe("drafto")
  })

  it("that is too long is not taken at all, rather than half of it", () => {
    const huge = room("draft", paste("x".repeat(2 * 1024 * 1024)))
    expect(wishes(huge)).toEqual(["! This is too long to be pasted: nothing of it was taken."])
    expect(typed(huge)).toBe("draft")
    const long = room("draft", paste("x".repeat(17 * 1024)))
    expect(wishes(long)).toEqual(["! This is too long to be pasted: nothing of it was taken."])
    expect(typed(long)).toBe("draft")
  })

  it("of blank lines sends nothing", () => {
    expect(room(paste("\n \n")).screen.typing.paste).toBeUndefined()
  })

  it("may be suspended, and may be given up with Ctrl-C", () => {
    expect(wishes(room(paste("one\ntwo"), "\u001a", "\u0003", over))).toEqual(["suspend", "interrupt", "end"])
  })
})

describe("Several lines at once without the marks of a paste", () => {
  const burst = (text: string): Happening => ({ _tag: "Key", key: { _tag: "Burst", text, truncated: false }, members })

  it("ask like a paste", () => {
    const step = room("so ", burst("one\n/quit\nthree\n"))
    expect(wishes(step)).toEqual([])
    expect(step.screen.typing.paste).toEqual(["so one", "/quit", "three"])
    expect(wishes(play(step, "y"))).toEqual(["say s1 so one", "say s2 /quit", "say s3 three"])
  })

  it("answer the questions of the form, one each; what is left of them is a paste", () => {
    const step = play(start(asking), burst("example.org\n4000\nada\none\ntwo\n"), entered)
    expect(wishes(step)).toEqual(["Host [127.0.0.1]: example.org", "Port [25565]: 4000", "Name [User1234]: ada", "connect example.org 4000 ada", "Welcome me! /help shows what you can type, {quit} leaves.", "Here with you: Ada Lovelace, bob."])
    expect(step.screen.typing.paste).toEqual(["one", "two"])
  })

  it("are typed where one line of them is left", () => {
    const step = play(start(asking), burst("example.org\n4000\nada\nhello\nand mo"), entered, "re")
    expect(wishes(step).at(-1)).toBe("say s1 hello")
    expect(typed(step)).toBe("and more")
  })

  it("are never said as a password", () => {
    const step = play(start(Form.withPassword(Form.unasked(asking))), burst("sesame\nsesame\n"), entered)
    expect(JSON.stringify(wishes(step))).not.toContain("sesame")
  })
})

describe("Several rooms", () => {
  const dev = RoomName.make("dev")
  const into = told({ _tag: "Entered", ...inRoom, room: dev, you: me, here: 1, members: [me], role: "member", locked: false, hidden: false })
  const two = { screen: room("/join dev\r", into).screen, wishes: [] }

  it("are looked at with Alt and a digit, each with what is being typed in it", () => {
    const away = play(two, "half", "\u001b1")
    expect(away.screen.conversation.room).toBe("lobby")
    expect(typed(away)).toBe("")
    const back = play(away, "x", "\u001b2")
    expect(back.screen.conversation.room).toBe("dev")
    expect(typed(back)).toBe("half")
    expect(wishes(back).map((line) => line.split(" ")[0])).toEqual(["show", "show"])
    expect(play(back, "\u001b9").screen.conversation.room).toBe("dev")
  })

  it("are left as they are by Alt and a digit where there is one, and while a paste waits", () => {
    expect(wishes(room("a", "\u001b1"))).toEqual([])
    const waiting = play(two, paste("one\ntwo\n"), "\u001b1")
    expect(waiting.screen.conversation.room).toBe("dev")
    expect(waiting.screen.typing.paste).toEqual(["one", "two"])
  })

  it("keep a paste that waits with the room for which it was meant", () => {
    const removed = told({ _tag: "Removed", at: 0, room: dev, deed: "kick", now: RoomName.make("lobby") })
    const gone = play(two, paste("one\ntwo\n"), removed)
    expect(gone.screen.typing.paste).toBeUndefined()
    expect(wishes(gone)).toContain("Up brings back: one")
    expect(play(gone, "y").screen.conversation.pending).toEqual([])
  })

  it("are completed, and of the commands those that one may give there", () => {
    const press = (step: Step, ...keys: ReadonlyArray<string>) => typed(play(step, ...keys))
    expect(press(two, "/join lo\t")).toBe("/join lobby ")
    expect(press(two, "/ki\t")).toBe("/ki")
    const owner = play(two, told({ _tag: "Moderated", ...inRoom, room: dev, deed: "owner", target: me }))
    expect(press(owner, "/ki\t")).toBe("/kick ")
    expect(press(owner, "\u001b1", "/ki\t")).toBe("/ki")
  })
})

describe("What others say", () => {
  it("counts as unread while the window has not the focus, and no longer when it has", () => {
    const away = room(said(bob, "one"), "\u001b[O", said(bob, "two"), said(bob, "three"))
    expect(unreadIn(away.screen.conversation)).toBe(2)
    expect(unreadIn(play(away, "\u001b[I").screen.conversation)).toBe(0)
    expect(unreadIn(play(away, "\u001b[I", said(bob, "four")).screen.conversation)).toBe(0)
  })

  it("counts, and what one says oneself does not, nor does who comes and goes", () => {
    const step = room("\u001b[O", said(me, "mine"), told({ _tag: "Joined", ...inRoom, member: bob }))
    expect(unreadIn(step.screen.conversation)).toBe(0)
  })

  it.each([
    ["a mention", said(bob, "me: hello"), true],
    ["another message", said(bob, "hello"), false],
    ["the name within a word", said(bob, "some are here"), false],
    ["one's own name, said oneself", said(me, "it is me"), false],
    ["a mention in an action", told({ _tag: "Acted", ...inRoom, from: bob, text: Text.clean("greets me") }), true],
    ["a whisper", told({ _tag: "Whispered", at: 0, from: bob, to: me, text: Text.clean("psst") }), true]
  ])("rings or does not: %s", (_, happening, rings) => {
    expect(wishes(room(happening)).includes("bell")).toBe(rings)
  })

  it("never touches what is being typed", () => {
    const step = room("half", said(bob, "hello"), told({ _tag: "Left", ...inRoom, member: bob, code: "quit" }), " a line")
    expect(typed(step)).toBe("half a line")
  })
})

describe("A whisper", () => {
  const whisper = (from: Member): Happening => told({ _tag: "Whispered", at: 0, from, to: me, text: Text.clean("psst") })

  it("is answered with /r, which shows whom it goes to while it is typed: whoever whispers meanwhile does not get it", () => {
    const step = room(whisper(ada), "/r ", whisper(bob), "yes\r")
    expect(wishes(step).at(-1)).toBe("whisper s1 Ada Lovelace: yes")
    expect(typed(room(whisper(ada), "/r y"))).toBe('/msg "Ada Lovelace" y')
    expect(wishes(room(whisper(ada), whisper(bob), "/r yes\r")).at(-1)).toBe("whisper s1 bob: yes")
  })

  it("that there was not cannot be answered", () => {
    expect(wishes(room("/r yes\r"))).toEqual(["! Nobody has whispered to you yet.", "Up brings back: /r yes"])
  })
})

describe("Whoever is ignored", () => {
  it("is not shown, rings nothing and is not counted, until heard again", () => {
    const step = room("/ignore bob\r", "\u001b[O", said(bob, "me: hello"), told({ _tag: "Whispered", at: 0, from: bob, to: me, text: Text.clean("psst") }), said(ada, "hi"))
    expect(wishes(step)).toEqual(["You do not see what bob says. /unignore bob shows it again.", "Said"])
    expect(unreadIn(step.screen.conversation)).toBe(1)
    expect(wishes(play({ ...step, wishes: [] }, "/unignore bob\r", said(bob, "hello")))).toEqual(["You see again what bob says.", "Said"])
  })
})

describe("A new day", () => {
  const on = (day: number, hour: number): Happening =>
    told({ _tag: "Said", seq: 1, at: new Date(2026, 10, day, hour).getTime(), room: RoomName.make("lobby"), from: bob, text: Text.clean("hi") })

  it("has a line of its own before the first event in it", () => {
    const here = play(start(Form.unasked(asking)), { _tag: "Entered", welcome: { ...welcome, at: new Date(2026, 10, 27, 22).getTime() } })
    const step = play({ ...here, wishes: [] }, on(27, 23), on(28, 0), on(28, 9), on(30, 1))
    expect(wishes(step)).toEqual(["Said", "--- Sat Nov 28 2026 ---", "Said", "Said", "--- Mon Nov 30 2026 ---", "Said"])
  })
})

describe("The history", () => {
  const shown = (step: Step) => view(step.screen, { columns: 60, rows: 24 }).rows.at(-1)?.text
  const said3 = "make it so\rsay it\rnothing\rdraft"

  it("is searched with Ctrl-R, from the newest line back, as the query is typed", () => {
    expect(shown(room(said3, "\u0012"))).toBe("(search: ) draft")
    expect(shown(room(said3, "\u0012", "IT"))).toBe("(search: IT) say it")
    expect(shown(room(said3, "\u0012", "it", "\u0012"))).toBe("(search: it) make it so")
    expect(shown(room(said3, "\u0012", "it", "\u0012\u0012"))).toBe("(not found: it) make it so")
    expect(shown(room(said3, "\u0012", "it", "x"))).toBe("(not found: itx) say it")
    expect(shown(room(said3, "\u0012", "it", "x\u007f"))).toBe("(search: it) say it")
    expect(shown(room(said3, "\u0012", "i\u007f"))).toBe("(search: ) draft")
  })

  it("gives the line that was found: to be sent, or to be edited", () => {
    expect(wishes(room(said3, "\u0012", "make", "\r")).at(-1)).toBe("say s4 make it so")
    expect(shown(room(said3, "\u0012", "make", "\u001b[D", "!"))).toBe("> make it s!o")
    expect(shown(room(said3, "\u0012", "make", "\u001b", "!"))).toBe("> make it so!")
  })

  it("gives nothing when the search is given up, or has found nothing", () => {
    expect(shown(room(said3, "\u0012", "make", "\u0007"))).toBe("> draft")
    const step = room(said3, "\u0012", "zzz", "\r")
    expect([shown(step), wishes(step).at(-1)]).toEqual(["> draft", "say s3 nothing"])
    expect(wishes(room(said3, "\u0012", "\u0003")).at(-1)).toBe("interrupt")
  })

  it("is not searched for an answer, which may be a secret", () => {
    const secret = play(start(Form.withPassword(Form.unasked(asking))), "\u0012", "sesame")
    expect(shown(secret)).toBe(`Password: ${"\u2022".repeat(6)}`)
  })
})

describe("Who is here", () => {
  it("is counted", () => {
    const joined = told({ _tag: "Joined", ...inRoom, member: bob })
    const left = told({ _tag: "Left", ...inRoom, member: bob, code: "quit" })
    expect(hereIn(inside.screen.conversation)).toBe(3)
    expect(hereIn(room(joined, joined, left).screen.conversation)).toBe(4)
  })

  it("may be called otherwise, oneself as well: then the new name rings", () => {
    const step = room(told({ _tag: "Renamed", ...inRoom, member: member("m1", "eve"), was: me.name }), said(bob, "me, eve"))
    expect(step.screen.conversation.me?.name).toBe("eve")
    expect(wishes(step)).toEqual(["Renamed", "Said", "bell"])
    expect(room(told({ _tag: "Renamed", ...inRoom, member: member("m3", "eve"), was: bob.name })).screen.conversation.me).toEqual(me)
  })
})

describe("The keys of a shell", () => {
  it.each([
    ["Ctrl-Z", "\u001a", "suspend"],
    ["Ctrl-L", "\f", "clear"],
    ["Ctrl-C", "\u0003", "interrupt"],
    ["Ctrl-D, where nothing is typed", "\u0004", "interrupt"]
  ])("mean what they mean: %s", (_, key, wish) => {
    expect(wishes(room(key))).toEqual([wish])
  })

  it("delete with Ctrl-D where something is typed", () => {
    const step = room("ab\u001b[D\u0004")
    expect(wishes(step)).toEqual([])
    expect(typed(step)).toBe("a")
  })
})

describe("At the end", () => {
  it("all that was not sent is said, in the order it was typed, and nothing is drawn any more", () => {
    const step = room("one\rtwo\rthree\rdraft", refused("No.", "s2"), over)
    expect(wishes(step).slice(3)).toEqual(["! No.", "Up brings back: two", "! Not sent: one", "! Not sent: three", "! Not sent: draft", "end"])
    expect(step.screen.conversation.phase).toBe("over")
    expect(step.screen.conversation.pending).toEqual([])
  })

  it("a paste that waits for its answer was not sent", () => {
    expect(wishes(room(paste("one\ntwo"), over))).toEqual(["! Not sent: one", "! Not sent: two", "end"])
  })

  it("what was given up with Ctrl-C is not missed, but what was said is", () => {
    expect(wishes(room("one\rdraft\u0003", over))).toEqual(["say s1 one", "interrupt", "! Not sent: one", "end"])
  })

  it("keys mean nothing any more", () => {
    expect(wishes(room(over, "hello\r"))).toEqual(["end"])
  })
})
