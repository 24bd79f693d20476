import { describe, expect, it } from "@effect/vitest"
import { personOf } from "../../src/domain/Chat.ts"
import { commandTags, ruleTags } from "../support/anyCommand.ts"
import { happeningTags, logs } from "../support/happenings.ts"
import { samples } from "../support/samples.ts"

describe("The logs of any entries", () => {
  it("have every kind of entry and of command in them, and each is done now and then", () => {
    const done = new Map<string, number>()
    for (const { begin, log, states, told } of samples(logs, 120)) {
      log.forEach((entry, place) => {
        const chat = states[place - 1] ?? begin
        if (entry._tag === "Command" && entry.command._tag !== "Join" && personOf(chat, entry.client) === undefined) return
        if (told[place]?.some(({ event }) => event._tag === "Refused") === true) return
        const tags = entry._tag === "Command" || entry._tag === "Rule" ? [entry._tag, `${entry._tag} ${entry.command._tag}`] : [entry._tag]
        for (const tag of tags) done.set(tag, (done.get(tag) ?? 0) + 1)
      })
    }
    const wanted = [...happeningTags, ...commandTags.map((tag) => `Command ${tag}`), ...ruleTags.map((tag) => `Rule ${tag}`)]
    expect(wanted.filter((tag) => (done.get(tag) ?? 0) < 1)).toEqual([])
  })
})
