import { describe, expect, it } from "@effect/vitest"
import type { Observation } from "../../../src/domain/Reply.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import type { Observed } from "../../../src/server/chat/Hub.ts"
import { Silent } from "../../../src/server/operator/Silent.ts"

const happens = (client: number, event: Observed["event"], address = `192.0.2.${client % 5}:${client}`): Observed => ({
  place: 1, event, room: lobby, from: { client, address }
})
const connected: Observation = { _tag: "Connected", at: 1 }
const gone = (hasSpoken: boolean): Observation => ({ _tag: "Disconnected", at: 2, code: "closed", reason: undefined, hasSpoken })
const refused: Observed["event"] = { _tag: "Refused", at: 2, code: "name-empty", message: clean("No.") }

describe("Those who come and go without a word", () => {
  it("are summed up in one line, with the addresses of most of them", () => {
    const silent = new Silent()
    for (let client = 1; client <= 200; client += 1) {
      expect(silent.shown(happens(client, connected))).toEqual([])
      expect(silent.shown(happens(client, gone(false)))).toEqual([])
    }
    expect(silent.sum(60_000, 1000)).toEqual({
      at: 60_000,
      level: "info",
      event: "silent",
      message: "200 connections came and went without a word (192.0.2.1, 192.0.2.2, 192.0.2.3, others)",
      fields: { count: 200, addresses: "192.0.2.1, 192.0.2.2, 192.0.2.3, others" }
    })
    expect(silent.sum(120_000, 2000)).toBeUndefined()
  })

  it("are due at once, and then once a minute", () => {
    const silent = new Silent()
    const comesAndGoes = () => {
      silent.shown(happens(1, connected))
      silent.shown(happens(1, gone(false)))
    }
    expect(silent.isDue(0)).toBe(false)
    comesAndGoes()
    expect(silent.isDue(0)).toBe(true)
    silent.sum(7, 0)
    expect(silent.isDue(100_000)).toBe(false)
    comesAndGoes()
    expect(silent.isDue(59_999)).toBe(false)
    expect(silent.isDue(60_000)).toBe(true)
  })

  it("have no address that the system does not know", () => {
    const silent = new Silent()
    silent.shown(happens(1, connected, "unknown:0"))
    silent.shown(happens(1, gone(false), "unknown:0"))
    expect(silent.sum(1, 1)?.message).toBe("1 connection came and went without a word")
  })
})

describe("Those who say something", () => {
  it("are shown with the first that comes of it, in order, and all that follows", () => {
    const silent = new Silent()
    const one = happens(1, connected)
    const other = happens(2, connected)
    expect(silent.shown(one)).toEqual([])
    expect(silent.shown(other)).toEqual([])
    expect(silent.shown(happens(2, refused))).toEqual([other, happens(2, refused)])
    expect(silent.shown(happens(2, refused))).toEqual([happens(2, refused)])
    expect(silent.shown(happens(2, gone(true)))).toEqual([happens(2, gone(true))])
    expect(silent.shown(happens(1, gone(true)))).toEqual([one, happens(1, gone(true))])
    expect(silent.sum(1, 1)).toBeUndefined()
  })

  it("do not hold back what comes of nobody", () => {
    const notice: Observed = { place: 1, event: refused, room: lobby, from: undefined }
    expect(new Silent().shown(notice)).toEqual([notice])
  })
})
