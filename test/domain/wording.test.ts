import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { render } from "../../src/client/render.ts"
import { draw } from "../../src/client/terminal/style.ts"
import type { Event } from "../../src/domain/Event.ts"
import type { Member } from "../../src/domain/Member.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import { isOwn, prefix, textOf, words } from "../../src/domain/wording.ts"
import { crowd } from "../../src/domain/spans.ts"
import { passwordQuestion } from "../../src/domain/phrases.ts"
import { plain } from "../../src/server/dialect/plain.ts"
import { events, member, replies } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

type Kind = Event["_tag"]

/** Which kinds are in other words there: old programs wait for the first line of a welcome, and the screen greets with what can be typed. */
const exceptions: Readonly<Record<"plain" | "screen", ReadonlyArray<string>>> = { plain: ["Welcome"], screen: ["Welcome"] }

/** What stands before a line of the screen, and the kinds of event that it stands before; elsewhere the time and two spaces do. */
const marks: Readonly<Partial<Record<Kind, RegExp>>> = {
  Said: /^\d\d:\d\d [ ›]/u,
  Acted: /^\d\d:\d\d [ ›]/u,
  Whispered: /^\d\d:\d\d [ ›]/u,
  Refused: /^\d\d:\d\d ! /u,
  Throttled: /^\d\d:\d\d ! /u,
  Outage: /^\d\d:\d\d ! /u,
  Moderated: /^\d\d:\d\d # /u,
  Removed: /^\d\d:\d\d # /u,
  TopicSet: /^\d\d:\d\d # /u,
  Invited: /^\d\d:\d\d # /u
}

const escape = /\u001b\[[\d;]*m/gu

/** Whose names an event tells: a crowd's are not. */
const namesIn = (event: Reply): ReadonlyArray<string> => {
  const of = (...members: ReadonlyArray<Member>) => members.map(({ name }) => name)
  const few = (members: ReadonlyArray<Member>) => (members.length > crowd ? [] : of(...members))
  switch (event._tag) {
    case "Welcome":
      return of(event.you, ...event.members.filter(({ id }) => id !== event.you.id).slice(0, crowd))
    case "Admitted":
      return of(event.you)
    case "Said":
    case "Acted":
      return of(event.from)
    case "Whispered":
      return of(event.from, event.to)
    case "Renamed":
      return [event.was, event.member.name]
    case "Resumed":
      return of(event.you)
    case "Joined":
    case "Left":
    case "Detached":
    case "Returned":
      return of(event.member)
    case "Presence":
      return [...few(event.joined), ...few(event.left.map(({ member }) => member))]
    case "Entered":
      return event.members.filter(({ id }) => id !== event.you.id).slice(0, crowd).map(({ name }) => name)
    case "Proclaimed":
      return of(event.by)
    case "TopicSet":
    case "Removed":
      return of(...(event.by === undefined ? [] : [event.by]))
    case "Moderated":
      return of(...(event.by === undefined || event.deed === "owner" ? [] : [event.by]), ...(event.target === undefined || ["lock", "unlock", "hide", "show", "remember", "unremember", "forget", "moderate", "unmoderate", "limit", "unlimit", "outside", "inside", "free-topic", "fix-topic", "machines", "no-machines"].includes(event.deed) ? [] : [event.target]))
    case "Invited":
      return of(...(event.by === undefined ? [] : [event.by]), event.to)
    case "Past":
    case "Found":
      return event.events.map(({ from }) => from.name)
    case "Members":
      return of(...event.members)
    case "Profile":
      return of(event.member, ...(event.away === undefined ? [] : [event.member]))
    default:
      return []
  }
}

/** A person is asked for a password: a refusal is what a program is told. */
const isAskedFor = (event: Reply) => event._tag === "Refused" && event.code === "password-required"

const runs = 100

describe.each(Object.entries(replies))("The words of %s", (kind, arbitrary) => {
  const speaks = ["Said", "Acted", "Whispered", "Notice", "Proclaimed"].includes(kind)
  // A topic, or a reason, which may be absent.
  const quotes = ["Entered", "TopicSet", "Moderated", "Removed", "RoomList", "Past", "Found", "AwaySet", "Profile"].includes(kind)

  it("are spans with something in them, each name in one of its own", () => {
    always(arbitrary, (event: Reply) => {
      const spans = words(event).flat()
      expect(spans.filter(({ text }) => text === "")).toEqual([])
      expect(spans.filter(({ as }) => as === "name").map(({ text }) => text)).toEqual(namesIn(event))
    }, runs)
  })

  it("are somebody's own after all that says who speaks", () => {
    always(arbitrary, (event: Reply) => {
      for (const line of words(event)) {
        const isSpoken = speaks || (quotes && line.at(-1)?.as === "text")
        expect(line.map(({ as }) => as === "text")).toEqual(line.map((_, index) => isSpoken && index === line.length - 1))
        expect(prefix(line)).toBe(isSpoken ? textOf(line.slice(0, -1)) : "")
      }
    }, runs)
  })

  if (!exceptions.plain.includes(kind)) {
    it("are what the plain dialect tells, where each piece of a long line has the beginning of the whole", () => {
      always(arbitrary, (event: Reply) => {
        if (isAskedFor(event)) {
          expect(plain.encode(event)).toBe(`${passwordQuestion}\n`)
          return
        }
        const lines = plain.encode(event).split("\n")
        expect(lines.pop()).toBe("")
        for (const line of words(event)) {
          const start = prefix(line)
          let rest = textOf(line).slice(start.length)
          do {
            const piece = lines.shift() ?? expect.fail("a line is missing")
            expect(piece.startsWith(start)).toBe(true)
            expect(rest.startsWith(piece.slice(start.length))).toBe(true)
            rest = rest.slice(piece.length - start.length)
          } while (rest !== "")
        }
        expect(lines).toEqual([])
      }, runs)
    })
  }
})

describe.each(Object.entries(events))("The words of %s, which our own client is told,", (kind, arbitrary) => {
  const told = FastCheck.tuple<[Event, Member]>(arbitrary, member)

  it("are what a pipe shows, but for what was typed there", () => {
    always(told, ([event, reader]) => {
      const shown = words(event).map(textOf)
      expect(render(event, reader)).toBe(isOwn(event, reader) || shown.length === 0 ? undefined : shown.join("\n"))
    }, runs)
  })

  if (!exceptions.screen.includes(kind)) {
    it("are what the screen shows, after the time and a mark", () => {
      always(told, ([event, me]) => {
        const [bare = "", coloured = ""] = [false, true].map((colour) => draw(colour)({ _tag: "Event", event, me }))
        expect(coloured.replace(escape, "")).toBe(bare)
        const lines = bare === "" ? [] : bare.split("\n")
        expect(lines.map((line) => line.replace(marks[event._tag] ?? /^\d\d:\d\d {2}/u, ""))).toEqual(words(event).map(textOf))
      }, runs)
    })
  }
})
