import { describe, expect, it } from "@effect/vitest"
import { IrcRoom } from "../../../support/IrcRoom.ts"

/** What is looked up for one in #dev who sends this line, without what is looked up only to go by it. */
const answersTo = (line: string) => {
  const room = new IrcRoom(1)
  const hear = (...lines: ReadonlyArray<string>): void => {
    room.hear(0, new TextEncoder().encode(lines.map((each) => `${each}\r\n`).join("")))
  }
  hear("CAP REQ :batch labeled-response", "NICK ada", "USER ada 0 * :ada", "CAP END", "JOIN #dev")
  const [before] = [room.guests[0]?.answers.length]
  hear(line)
  return room.guests[0]?.answers.slice(before).filter(({ size }) => size > 0) ?? []
}

describe("What clients ask by themselves when they have come into a room", () => {
  it.each(["NAMES #dev", "names", "WHO #dev", "WHO #dev %nf", "WHO nobody", "MODE #dev", "MODE #dev b", "MODE #dev +b", "@label=a NAMES #dev", "@label=a WHO #dev"])("may wait, answered to the end: %s", (line) => {
    const answers = answersTo(line)
    expect(answers.length).toBeGreaterThan(0)
    expect(answers.filter(({ mayWait }) => !mayWait)).toEqual([])
  })

  it.each(["PING x", "WHOIS ada", "LIST", "MODE #dev q", "MODE #dev +e", "TOPIC #dev", "@label=a PING x", "NAME"])("is not this: %s", (line) => {
    const answers = answersTo(line)
    expect(answers.length).toBeGreaterThan(0)
    expect(answers.filter(({ mayWait }) => mayWait)).toEqual([])
  })
})

describe("The names of many rooms", () => {
  it("are looked up a few rooms at a time, and end once", () => {
    const room = new IrcRoom(40)
    const hear = (who: number, ...lines: ReadonlyArray<string>): void => {
      room.hear(who, new TextEncoder().encode(lines.map((each) => `${each}\r\n`).join("")))
    }
    room.guests.forEach((_, who) => {
      hear(who, `NICK n${who}`, `USER n 0 * :n`, ...Array.from({ length: 15 }, (_, n) => `JOIN #${who}-${n}`))
    })
    const asker = room.guests[0]
    if (asker === undefined) throw new Error("Nobody is there")
    const [words, answers] = [asker.said.length, asker.answers.length]
    hear(0, "NAMES")
    const said = asker.said.slice(words).trimEnd().split("\r\n")
    const named = said.map((line) => / 353 n0 = (#\d+-\d+) :@n\d+$/u.exec(line)?.[1])
    expect(new Set(named.slice(0, -1)).size).toBe(40 * 15)
    expect(named.slice(0, -1)).not.toContain(undefined)
    expect(said.at(-1)).toBe(":brusio 366 n0 * :End of /NAMES list.")
    const parts = asker.answers.slice(answers).filter(({ size }) => size > 0).map(({ size }) => size)
    expect(parts.length).toBe(3)
    expect(Math.max(...parts)).toBeLessThan(said.join("").length / 2)
  })
})
