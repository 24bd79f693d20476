import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Form from "../../../src/client/screen/form.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"

const nothingGiven: Form.Given = { host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }

/** The questions, each with the answer it gets, until one is refused. */
const ask = (form: Form.Form, ...answers: ReadonlyArray<string>) => {
  const questions: Array<string | undefined> = []
  for (const answer of answers) {
    questions.push(Form.question(form))
    const next = Form.answer(form, answer)
    if (next instanceof Refusal) return { questions, refused: next.message, form }
    form = next
  }
  return { questions: [...questions, Form.question(form)], form }
}

describe("The form", () => {
  it("asks for host, port and name, each with its default, and an empty answer takes that", () => {
    const { form, questions } = ask(Form.begin(nothingGiven, "User1234"), "", "  ", "")
    expect(questions).toEqual(["Host [127.0.0.1]: ", "Port [25565]: ", "Name [User1234]: ", undefined])
    expect(form.answers).toEqual({ host: "127.0.0.1", port: 25_565, name: "User1234" })
  })

  it("takes answers, without the spaces around them", () => {
    expect(ask(Form.begin(nothingGiven, "User1234"), " example.org ", " 4000", " Ada  Lovelace ").form.answers).toEqual({
      host: "example.org",
      port: 4000,
      name: "Ada  Lovelace"
    })
  })

  it("takes a name as long as a room may allow: this one may not", () => {
    expect(ask(Form.begin(nothingGiven, "User1234"), "", "", "n".repeat(64)).form.answers.name).toBe("n".repeat(64))
  })

  it("does not ask for what was given", () => {
    const given = { host: Option.some("example.org"), port: Option.none(), name: Option.some("ada"), password: Option.none() }
    expect(ask(Form.begin(given, "User1234"), "1").questions).toEqual(["Port [25565]: ", undefined])
  })

  it("asks for nothing when it may not, and takes the defaults", () => {
    const form = Form.unasked(Form.begin(nothingGiven, "User1234"))
    expect(Form.question(form)).toBeUndefined()
    expect(form.answers.name).toBe("User1234")
  })

  it("asks for everything again, with the last answers as defaults", () => {
    const { form } = ask(Form.begin({ ...nothingGiven, host: Option.some("example.org") }, "User1234"), "4000", "ada")
    const again = ask(Form.again(form, undefined), "", "", "eve")
    expect(again.questions).toEqual(["Host [example.org]: ", "Port [4000]: ", "Name [ada]: ", undefined])
    expect(again.form.answers).toEqual({ host: "example.org", port: 4000, name: "eve" })
  })

  const ada = ask(Form.begin(nothingGiven, "User1234"), "example.org", "4000", "ada").form

  it("asks for the name only when that is taken, and offers one like it", () => {
    const again = ask(Form.again(ada, "name-taken"), "")
    expect(again.questions).toEqual(["Name [ada_2]: ", undefined])
    expect(again.form.answers).toEqual({ host: "example.org", port: 4000, name: "ada_2" })
    expect(Form.anotherName(again.form, 1)).toBe("ada_3")
    expect(ask(Form.again(ada, "name-taken"), "eve").form.answers.name).toBe("eve")
  })

  it.each([
    ["R2D2", "R2D2_2"],
    ["User9", "User9_2"],
    ["ada_2", "ada_2_2"],
    ["\u65e5".repeat(32), `${"\u65e5".repeat(30)}_2`],
    ["n".repeat(64), `${"n".repeat(30)}_2`]
  ])("offers a name that any room can take, for %j", (name, offered) => {
    const form = ask(Form.begin(nothingGiven, "User1234"), "", "", name).form
    expect(Form.question(Form.again(form, "name-taken"))).toBe(`Name [${offered}]: `)
  })

  it.each(["name-reserved", "name-too-long", "name-empty", "name-not-allowed"] as const)("asks for the name only when it was refused, and offers the made-up one: %s", (code) => {
    expect(ask(Form.again(ada, code), "").questions).toEqual(["Name [User1234]: ", undefined])
  })

  it.each(["password-required", "password-wrong"] as const)("asks for the password only: %s", (code) => {
    const here = { ...ada, answers: { ...ada.answers, host: "127.0.0.1" } }
    expect(ask(Form.again(here, code), "secret").questions).toEqual(["Password: ", undefined])
  })

  it("says so where the password goes to another machine unencrypted", () => {
    for (const host of ["192.0.2.7", "chat.example.org", "127.example.org", "2001:db8::1"]) {
      const form = Form.withPassword({ ...ada, answers: { ...ada.answers, host } })
      expect(Form.question(form), host).toBe("Password (unencrypted on its way): ")
      expect(Form.question({ ...form, isSecured: true }), host).toBe("Password: ")
    }
    for (const host of ["localhost", "127.0.0.1", "127.0.0.2", "::1", "[::1]"]) expect(Form.question(Form.withPassword({ ...ada, answers: { ...ada.answers, host } })), host).toBe("Password: ")
  })

  it.each(["many", "0", "65536", "1.5", "-1", "1e9"])("refuses the port %j, and asks for it again", (port) => {
    const { form, refused } = ask(Form.begin({ ...nothingGiven, host: Option.some("x") }, "User1234"), port)
    expect(refused).toBe("A port is a whole number from 1 to 65535.")
    expect(Form.question(form)).toBe("Port [25565]: ")
  })

  it.each(["localhost", "chat.example.org", "my_host-2", "192.0.2.7", "münchen.example", "::1", "[::1]", "fe80::1%eth0"])("takes the host %j", (host) => {
    expect(ask(Form.begin(nothingGiven, "User1234"), host).form.answers.host).toBe(host)
  })

  it.each(["a:b", "\u200b\u200b x\u202e", "n".repeat(65)])("refuses the name %j, and asks for it again", (name) => {
    const { form, refused } = ask(Form.begin(nothingGiven, "User1234"), "", "", name)
    expect(refused).toMatch(/^A name /u)
    expect(Form.question(form)).toBe("Name [User1234]: ")
  })

  it("changes nothing when there is nothing to ask", () => {
    const form = Form.unasked(Form.begin(nothingGiven, "User1234"))
    expect(Form.answer(form, "anything")).toEqual(form)
  })
})

describe("Another name for one that is taken", () => {
  const form = Form.begin(nothingGiven, "User1234")

  it("is the next number, at most 20 times, if the name is ours to make up", () => {
    expect([1, 2, 20, 21].map((tries) => Form.anotherName(form, tries))).toEqual(["User1235", "User1236", "User1254", undefined])
  })

  it("is none when the name was chosen", () => {
    const chosen = ask(form, "", "", "User7").form
    expect(Form.anotherName(chosen, 1)).toBeUndefined()
    expect(Form.anotherName(Form.begin({ ...nothingGiven, name: Option.some("ada"), password: Option.none() }, "User1234"), 1)).toBeUndefined()
  })
})
