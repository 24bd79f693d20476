import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { start, update } from "../../../src/client/screen/conversation.ts"
import * as Form from "../../../src/client/screen/form.ts"
import { hereIn } from "../../../src/client/screen/rooms.ts"
import type { Draft, Happening, Step, Wish } from "../../../src/client/screen/step.ts"
import type { Event, Welcome } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { anyString } from "../../support/arbitraries.ts"
import { unsafe } from "../../support/hostile.ts"
import { always } from "../../support/property.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const me = member("m1", "me")
const bob = member("m2", "bob")
const members = [me, bob]
const inRoom = { seq: 1, at: 0, room: RoomName.make("lobby") }
const welcome: Welcome = {
  _tag: "Welcome", ...inRoom, you: me, here: 2, members, server: "brusio", limits: { lineBytes: 16_384, nameGraphemes: 32, nameBytes: 128 }
}
const begun = start(
  Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1234"))
)
const noDraft: Draft = { line: "", pasted: [] }
const over: Happening = { _tag: "Over" }

/** What happens in a play: `Answered` is the receipt or the refusal of one of the pending messages. */
type Scene =
  | Happening
  | { readonly _tag: "Answered"; readonly which: number; readonly how: "receipt" | "refused" | "unsent" }

const happening = (scene: Scene, { after }: Step): Happening | undefined => {
  if (scene._tag !== "Answered") return scene
  const ref = after.pending[scene.which % Math.max(1, after.pending.length)]?.ref
  if (ref === undefined) return undefined
  switch (scene.how) {
    case "receipt":
      return { _tag: "Told", event: { _tag: "Said", ...inRoom, from: me, text: Text.clean("as it was heard"), ref } }
    case "refused":
      return { _tag: "Told", event: { _tag: "Refused", at: 0, code: "bad-command", message: Text.clean("No."), ref } }
    case "unsent":
      return { _tag: "Unsent", ref, reason: "Too long." }
  }
}

/** A view with nothing in its input line. */
const play = (scenes: ReadonlyArray<Scene>) => {
  let step = begun
  const steps: Array<{ readonly happening: Happening; readonly step: Step }> = []
  const wishes: Array<Wish> = [...begun.wishes]
  for (const scene of scenes) {
    const next = happening(scene, step)
    if (next === undefined) continue
    step = update(step.after, next, noDraft)
    wishes.push(...step.wishes)
    steps.push({ happening: next, step })
  }
  return { steps, wishes, after: step.after }
}

const submitted = (line: string): Happening => ({ _tag: "Submitted", line, members })
const told = (event: Event): Happening => ({ _tag: "Told", event })
const word = anyString(12).map((raw) => Text.clean(raw).replaceAll("\t", " ").trim())

const scene: FastCheck.Arbitrary<Scene> = FastCheck.oneof(
  { weight: 4, arbitrary: FastCheck.nat({ max: 9999 }).map((n): Scene => submitted(`line ${n}.`)) },
  FastCheck.tuple(FastCheck.constantFrom("/me ", "/msg bob ", "/msg nobody ", "/nick ", "/quit ", "//", "/"), word).map(([command, rest]): Scene => submitted(command + rest)),
  anyString(30).map(submitted),
  FastCheck.array(anyString(20), { maxLength: 4 }).map((lines): Scene => ({ _tag: "Pasted", lines })),
  { weight: 4, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Answered" as const), which: FastCheck.nat(), how: FastCheck.constantFrom("receipt" as const, "refused" as const, "unsent" as const) }) },
  anyString(20).map((reason): Scene => ({ _tag: "Unsent", ref: "none", reason })),
  FastCheck.boolean().map((focused): Scene => ({ _tag: "Focus", focused })),
  FastCheck.constantFrom<Scene>(
    told({ _tag: "Joined", ...inRoom, member: bob }),
    told({ _tag: "Left", ...inRoom, member: bob, code: "quit" }),
    told({ _tag: "Presence", ...inRoom, first: 1, here: 7, joined: [], left: [] }),
    told({ _tag: "Said", ...inRoom, from: bob, text: Text.clean("me: hello") }),
    told({ _tag: "Refused", at: 0, code: "bad-command", message: Text.clean("No.") })
  )
)
const notEntered = anyString(20).map((reason): Scene => ({ _tag: "NotEntered", reason, code: undefined }))
const ahead = FastCheck.array(scene.filter(({ _tag }) => _tag === "Submitted" || _tag === "Pasted"), { maxLength: 3 })
const scenes = FastCheck.tuple(ahead, FastCheck.array(scene, { maxLength: 25 })).map(([before, after]): ReadonlyArray<Scene> => [
  ...before, { _tag: "Entered", welcome }, ...after
])

describe("Whatever happens in a conversation", () => {
  it("nothing that was typed is lost: it has its receipt, is pending, came back, or is said to be not sent", () => {
    let most = 0
    always(scenes, (all) => {
      // Each message is told from all others by its number.
      let count = 0
      const numbered = all.map((one): Scene => {
        if (one._tag === "Submitted" && /^line \d/u.test(one.line)) return { ...one, line: `line ${++count}.` }
        if (one._tag === "Pasted") return { ...one, lines: one.lines.map(() => `line ${++count}.`) }
        return one
      })
      const { after, steps } = play(numbered)
      const receipts = new Set(steps.flatMap(({ happening }) => (happening._tag === "Told" && "ref" in happening.event && happening.event._tag === "Said" ? [happening.event.ref] : [])))
      const said = new Set<string>(steps.flatMap(({ step }) => step.wishes).flatMap((wish) => (wish._tag === "Send" && wish.command._tag === "Say" && receipts.has(wish.ref) ? [wish.command.text] : [])))
      // What was refused waits in the history.
      const back = new Set(steps.flatMap(({ step }) => step.wishes).flatMap((wish) => (wish._tag === "Return" ? [wish.text] : [])))
      const last = update(after, over, noDraft)
      const left = new Set(last.wishes.flatMap((wish) => (wish._tag === "Print" && wish.line._tag === "Error" ? [wish.line.text] : [])))
      for (let n = 1; n <= count; n++) {
        const typed = `line ${n}.`
        expect([said.has(typed), back.has(typed), left.has(`Not sent: ${typed}`)].filter((is) => is)).toHaveLength(1)
        const kept = [...after.pending, ...after.ahead].some((one) => one.typed === typed)
        expect(kept).toBe(left.has(`Not sent: ${typed}`))
      }
      most = Math.max(most, count)
    })
    expect(most).toBeGreaterThan(10)
  })

  it("the input line is never written into: a line that was refused is only kept, each once", () => {
    always(scenes, (all) => {
      const { steps, wishes } = play(all)
      expect(wishes.map(({ _tag }) => _tag)).not.toContain("Empty")
      const refused = steps.filter(({ step }) => step.wishes.some(({ _tag }) => _tag === "Return"))
      for (const { step } of refused) expect(step.wishes.find((wish) => wish._tag === "Print" && wish.line._tag === "Error")).toBeDefined()
    })
  })

  it("a correlation id is given once", () => {
    always(scenes, (all) => {
      const refs = play(all).wishes.flatMap((wish) => ("ref" in wish && wish.ref !== undefined ? [wish.ref] : []))
      expect(new Set(refs).size).toBe(refs.length)
    })
  })

  it("who is here follows what is told", () => {
    always(scenes, (all) => {
      let here = 0
      for (const { happening, step } of play(all).steps) {
        if (happening._tag === "Entered" && happening.welcome._tag === "Welcome") here = happening.welcome.here
        if (happening._tag === "Told" && here > -1) {
          if (happening.event._tag === "Joined") here += 1
          if (happening.event._tag === "Left") here -= 1
          if (happening.event._tag === "Presence") here = happening.event.here
        }
        expect(hereIn(step.after)).toBe(here)
      }
    })
  })

  it("no wish carries text that is unsafe to show", () => {
    const shown = (value: unknown): ReadonlyArray<string> =>
      typeof value === "string" ? [value] : typeof value === "object" && value !== null ? Object.values(value).flatMap(shown) : []
    always(FastCheck.tuple(scenes, notEntered, anyString(30)), ([all, failed, line]) => {
      for (const text of shown(play([failed, submitted(line), ...all, over]).wishes)) expect(text).not.toMatch(unsafe)
    })
  })

  it("the next state and the wishes follow from what is given alone", () => {
    always(FastCheck.tuple(scenes, notEntered), ([all, failed]) => {
      for (const whole of [all, [failed, ...all, over]]) expect(play(whole)).toEqual(play(whole))
      let { after } = begun
      for (const one of all) {
        if (one._tag === "Answered") continue
        const before = structuredClone(after)
        const next = update(after, one, noDraft)
        expect(after).toEqual(before)
        after = next.after
      }
    })
  })
})

describe("Lines that a page submits, not an editor", () => {
  const inside = update(begun.after, { _tag: "Entered", welcome }, noDraft).after

  it("are made safe to show, and sent so", () => {
    expect(update(inside, submitted("a\u001b[31mb\nc"), noDraft).wishes).toEqual([{ _tag: "Send", command: { _tag: "Say", text: "a[31mb c" }, ref: "s1" }])
  })

  it("are not sent any more when it is over, and are said to be", () => {
    const { after } = update(inside, over, noDraft)
    expect(update(after, submitted("late"), noDraft).wishes).toEqual([{ _tag: "Print", line: { _tag: "Error", text: "Not sent: late" } }])
  })

  it("that wait for a room which never is are not missed at the end", () => {
    const { after } = update(begun.after, submitted("early"), noDraft)
    expect(update(after, over, noDraft).wishes).toEqual([{ _tag: "Print", line: { _tag: "Error", text: "Not sent: early" } }, { _tag: "End" }])
  })
})
