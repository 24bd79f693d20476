import { describe, expect, it } from "@effect/vitest"
import { Outbox } from "../../../../src/server/delivery/Outbox.ts"
import { makeIrc } from "../../../../src/server/dialect/irc/irc.ts"
import { native } from "../../../../src/server/dialect/native.ts"
import { defaults } from "../../../../src/server/ServerConfig.ts"
import { Recorder } from "../../../support/Recorder.ts"

/** A client that has said nothing for so long, ms. */
class Silent extends Recorder {
  override silentFor = 0
  isGone = false

  override presumeLost(): void {
    this.isGone = true
  }
}

const patience = { at: 0, now: 0, pingAfter: defaults.keepalive, goneAfter: defaults.goneAfter, stallTimeout: defaults.stallTimeout, unreachable: new Set<string>() }

const after = (seconds: number, dialect = makeIrc(defaults), goneAfter = patience.goneAfter) => {
  const client = new Silent()
  client.silentFor = seconds * 1000
  new Outbox(client, defaults, () => undefined, dialect).keepAlive({ ...patience, goneAfter })
  return { said: client.writes, isGone: client.isGone }
}

describe("A client of IRC that is silent", () => {
  it("is pinged after 90 s, and is gone after 240 s; a native one sooner", () => {
    expect(after(89)).toEqual({ said: [], isGone: false })
    expect(after(90)).toEqual({ said: ["PING :brusio\r\n"], isGone: false })
    expect(after(239)).toEqual({ said: ["PING :brusio\r\n"], isGone: false })
    expect(after(240)).toEqual({ said: [], isGone: true })
    expect(after(50, native)).toEqual({ said: [], isGone: true })
  })

  it("is pinged once a minute from then on, and not in each round", () => {
    const client = new Silent()
    const outbox = new Outbox(client, defaults, () => undefined, makeIrc(defaults))
    const pinged = Array.from({ length: 48 }, (_, round) => {
      client.silentFor = round * defaults.keepaliveEvery
      outbox.keepAlive({ ...patience, now: 1_000_000 + client.silentFor })
      return client.writes.splice(0).length > 0 ? client.silentFor / 1000 : undefined
    })
    expect(pinged.filter((seconds) => seconds !== undefined)).toEqual([90, 150, 210])
  })

  it("is not gone where the server has stood still itself", () => {
    expect(after(10_000, undefined, Infinity)).toEqual({ said: ["PING :brusio\r\n"], isGone: false })
  })
})
