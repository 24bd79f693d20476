import { describe, expect, it } from "vitest"
import * as Option from "effect/Option"
import { given, linkTo, read } from "../../src/cli/join/window/answers.ts"

const pageOf = (host: string, port = "25565"): string => {
  const wanted = read({ host, port, name: "ada" })
  return "_tag" in wanted ? wanted.words : linkTo(wanted)
}

describe("The answers of the form in a browser", () => {
  it.each([
    ["127.0.0.1", "http://127.0.0.1:25565/#name=ada"],
    ["http://chat.example.org:4000/", "http://chat.example.org:4000/#name=ada"],
    ["https://chat.example.org:4000/", "https://chat.example.org:4000/#name=ada"],
    ["https://chat.example.org", "https://chat.example.org:25565/#name=ada"],
    ["https://chat.example.org:443", "https://chat.example.org/#name=ada"],
    [`brusios://[::1]:4000#${"A".repeat(43)}`, "https://[::1]:4000/#name=ada"]
  ])("lead to the page of a room: %s", (host, page) => {
    expect(pageOf(host)).toBe(page)
  })

  it("begin encrypted where that is asked for", () => {
    const options = { host: Option.some("here"), port: Option.none(), name: Option.none(), password: Option.none() }
    expect(given({ ...options, isSecured: true }, "User1").host).toBe("https://here")
    expect(given(options, "User1").host).toBe("here")
  })
})
