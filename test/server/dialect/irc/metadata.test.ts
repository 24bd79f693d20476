import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ircClient, says as lines } from "../../../support/irc.ts"
import { connect, type Peer } from "../../../support/Peer.ts"
import { member, next, opened, plainMember } from "../../../support/room.ts"

// Without the name of the server behind the tags, too.
const says = (peer: Peer, ...said: ReadonlyArray<string>) => Effect.map(lines(peer, ...said), (heard) => heard.map((line) => line.replace(/^(@\S+ ):brusio /u, "$1")))

const third = "batch draft/metadata-3"

/** Ada and bob, who are in a room of ada's. */
const inRoom = (capabilities = third) =>
  Effect.gen(function* () {
    const { port } = yield* opened()
    const ada = yield* ircClient(port, "ada", third)
    const bob = yield* ircClient(port, "bob", capabilities)
    yield* says(ada, "JOIN #dev")
    yield* says(bob, "JOIN #dev")
    yield* says(ada)
    return { ada, bob, port }
  })

describe("METADATA", () => {
  it.scopedLive("is set, read and taken away", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* inRoom()
      expect(yield* says(ada, "METADATA * SET display-name :Countess Ada", "METADATA ada SET color :#c0ffee")).toEqual(["761 ada ada display-name * :Countess Ada", "761 ada ada color * :#c0ffee"])
      expect(yield* says(bob, "METADATA ada GET color avatar No:key", "METADATA ada LIST")).toEqual([
        "BATCH +metadata2 metadata ada",
        "@batch=metadata2 761 bob ada color * :#c0ffee",
        "@batch=metadata2 766 bob ada avatar :Key not set",
        "@batch=metadata2 WARN METADATA INVALID_KEY No:key :A key is of a-z, 0-9, _, ., / and -, and has 40 of these at most",
        "BATCH -metadata2",
        "BATCH +metadata3 metadata ada",
        "@batch=metadata3 761 bob ada color * :#c0ffee",
        "@batch=metadata3 761 bob ada display-name * :Countess Ada",
        "BATCH -metadata3"
      ])
      expect(yield* says(ada, "METADATA * SET color", "METADATA * SET color :", "METADATA * CLEAR", "METADATA * LIST")).toEqual([
        "766 ada ada color :Key not set",
        "766 ada ada color :Key not set",
        "BATCH +metadata2 metadata ada",
        "@batch=metadata2 766 ada ada display-name :Key not set",
        "BATCH -metadata2",
        "BATCH +metadata3 metadata ada",
        "BATCH -metadata3"
      ])
    })
  )

  it.scopedLive("of a room is set by who rules it, and read by who may know of it", () =>
    Effect.gen(function* () {
      const { ada, bob, port } = yield* inRoom()
      const eve = yield* ircClient(port, "eve")
      expect(yield* says(bob, "METADATA #dev SET url :http://example.org", "METADATA #dev CLEAR", "METADATA ada SET url :x")).toEqual([
        "FAIL METADATA KEY_NO_PERMISSION #dev url :Only the owner and the operators of #dev can describe it.",
        "FAIL METADATA KEY_NO_PERMISSION #dev * :Only the owner and the operators of #dev can describe it.",
        "FAIL METADATA KEY_NO_PERMISSION ada url :Nobody but itself can describe it"
      ])
      expect(yield* says(eve, "METADATA #dev SET url :x", "METADATA #none SET url :x", "METADATA #none LIST", "METADATA nobody LIST")).toEqual([
        "FAIL METADATA KEY_NO_PERMISSION #dev url :You are not in #dev: enter it first, with /join dev.",
        ...["#none", "#none", "nobody"].map((target) => `FAIL METADATA INVALID_TARGET ${target} :There is no such room, and nobody here has that nick`)
      ])
      expect(yield* says(ada, "METADATA #dev SET url :http://example.org", "MODE #dev +i")).toContain("761 ada #dev url * :http://example.org")
      expect(yield* says(eve, "METADATA #dev GET url", "METADATA #dev SYNC")).toEqual([
        "FAIL METADATA KEY_NO_PERMISSION #dev * :Only who is in that room can read what it is described by",
        "FAIL METADATA INVALID_TARGET #dev :You are in no such room"
      ])
      yield* says(ada, "MODE #dev -i+s")
      expect(yield* says(eve, "METADATA #dev GET url")).toEqual(["FAIL METADATA INVALID_TARGET #dev :There is no such room, and nobody here has that nick"])
      expect(yield* says(bob, "METADATA #dev GET url")).toContain("@batch=metadata2 761 bob #dev url * :http://example.org")
    })
  )

  it.scopedLive("is told to those who know somebody, and subscribe to the key", () =>
    Effect.gen(function* () {
      const { ada, bob, port } = yield* inRoom()
      expect(yield* says(bob, "METADATA * SUB color url", "METADATA * SUBS")).toEqual([
        "770 bob color url",
        "774 bob *ALL 1 :Ask for this by METADATA SYNC",
        "BATCH +metadata2 metadata-subs",
        "@batch=metadata2 772 bob color url",
        "BATCH -metadata2"
      ])
      yield* says(ada, "METADATA * SUB color", "METADATA * SET color :red", "METADATA * SET avatar :x", "METADATA * SET color :red", "METADATA #dev SET url :u", "METADATA * SET color")
      expect(yield* says(bob)).toEqual(["761 bob ada color * :red", "761 bob #dev url * :u", "766 bob ada color :Key not set"])
      expect(yield* says(ada)).toEqual([])
      yield* says(ada, "METADATA * SET color :blue")
      expect(yield* says(bob, "METADATA #dev SYNC")).toEqual([
        "761 bob ada color * :blue",
        "BATCH +metadata3 metadata #dev",
        "@batch=metadata3 761 bob #dev url * :u",
        "@batch=metadata3 761 bob ada color * :blue",
        "BATCH -metadata3"
      ])
      expect(yield* says(bob, "METADATA * UNSUB color")).toEqual(["771 bob color"])
      yield* says(ada, "METADATA * SET color :green")
      expect(yield* says(bob)).toEqual([])
      const eve = yield* ircClient(port, "eve", third)
      expect((yield* says(eve, "METADATA * SUB color", "METADATA * SET url :mine", "JOIN #dev")).slice(-3)).toEqual(["BATCH +metadata2 metadata #dev", "@batch=metadata2 761 eve ada color * :green", "BATCH -metadata2"])
      expect(yield* says(bob)).toEqual([":eve!~u@brusio JOIN #dev", "761 bob eve url * :mine"])
      expect(yield* says(eve, "PART #dev", "MONITOR + ada", "METADATA *ALL SYNC")).toContain("@batch=metadata3 761 eve ada color * :green")
      yield* says(ada, "METADATA * SET color :white")
      expect(yield* says(eve)).toEqual(["761 eve ada color * :white"])
    })
  )

  it.scopedLive("is told to who watches for somebody, when that comes to be there", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", third)
      const bob = yield* ircClient(port, "bob", third)
      const eve = yield* ircClient(port, "eve", "batch")
      yield* says(bob, "METADATA * SET color :#c0ffee", "METADATA * SET avatar :http://example.org")
      yield* says(ada, "METADATA * SUB color")
      expect(yield* says(ada, "MONITOR + bob,kim")).toEqual(["730 ada :bob!~u@brusio", "731 ada :kim", "BATCH +metadata2 metadata ada", "@batch=metadata2 761 ada bob color * :#c0ffee", "BATCH -metadata2"])
      expect(yield* says(eve, "MONITOR + bob,kim")).toEqual(["730 eve :bob!~u@brusio", "731 eve :kim"])
      yield* says(bob, "NICK kim")
      expect(yield* says(ada)).toEqual(["731 ada :bob", "730 ada :kim!~u@brusio", "761 ada kim color * :#c0ffee"])
      expect(yield* says(eve)).toEqual(["731 eve :bob", "730 eve :kim!~u@brusio"])
      for (const peer of [ada, bob]) yield* says(peer, "JOIN #dev")
      yield* says(ada)
      yield* says(bob, "NICK bob")
      expect(yield* says(ada)).toEqual([":kim!~u@brusio NICK :bob", "731 ada :kim", "730 ada :bob!~u@brusio"])
    })
  )

  it.scopedLive("is told in the words of the second draft to who has asked for that one", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* inRoom("batch draft/metadata-2")
      expect(yield* says(bob, "METADATA * SUB color A", "METADATA * SET color", "METADATA * NONE", "METADATA * GET")).toEqual([
        "770 bob color",
        "FAIL METADATA KEY_INVALID A :A key is of a-z, 0-9, _, ., / and -, and has 40 of these at most",
        "774 bob #dev 1 :Ask for this by METADATA SYNC",
        "FAIL METADATA KEY_NOT_SET * color :color has no value.",
        "FAIL METADATA SUBCOMMAND_INVALID NONE :Type METADATA TARGET GET, LIST, SET, CLEAR, SUB, UNSUB, SUBS or SYNC",
        "461 bob METADATA :Not enough parameters"
      ])
      yield* says(ada, "METADATA * SET color :red", "METADATA * SET color")
      expect(yield* says(bob)).toEqual([":ada!~u@brusio METADATA ada color * :red", ":ada!~u@brusio METADATA ada color *"])
    })
  )

  it.scopedLive("is bounded, and who exceeds that is told so", () =>
    Effect.gen(function* () {
      const { ada } = yield* inRoom()
      const keys = Array.from({ length: 17 }, (_, n) => `k${n}`)
      expect((yield* says(ada, ...keys.map((key) => `METADATA * SET ${key} :x`))).at(-1)).toBe("FAIL METADATA LIMIT_REACHED * :There are as many keys with a value as can be (16): take one away first.")
      expect(yield* says(ada, "METADATA * SET k0 :y", `METADATA * SET k1 :${"é".repeat(151)}`)).toEqual(["761 ada ada k0 * :y", "FAIL METADATA INVALID_VALUE k1 :A value has at most 300 bytes"])
      expect(yield* says(ada, `METADATA * SUB ${Array.from({ length: 50 }, (_, n) => `s${n}`).join(" ")}`, "METADATA * SUB one s1")).toContain("FAIL METADATA LIMIT_REACHED one :You can subscribe to 50 keys")
    })
  )

  it.scopedLive("can be set before one has come in, and is that of who does", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* connect(port)
      expect(yield* says(ada, "CAP REQ :batch draft/metadata-3", "METADATA * SET color :red", "METADATA * SET url :u", "METADATA * SET url", "METADATA * SUB color", "METADATA bob SET url :u", "METADATA #dev LIST")).toEqual([
        "CAP * ACK :batch draft/metadata-3",
        "761 * * color * :red",
        "761 * * url * :u",
        "766 * * url :Key not set",
        "770 * color",
        ...["bob", "#dev"].map((target) => `FAIL METADATA INVALID_TARGET ${target} :There is no such room, and nobody here has that nick`)
      ])
      const welcome = yield* says(ada, "NICK ada", "USER ada 0 * :Ada", "CAP END")
      expect(welcome.slice(-4)).toEqual(["BATCH +metadata1 metadata ada", "@batch=metadata1 761 ada ada color * :red", "BATCH -metadata1", "422 ada :MOTD File is missing"])
      expect(yield* says(ada, "WHOIS ada")).toContain("760 ada ada color * :red")
    })
  )

  it.scopedLive("is told to nobody else: neither to programs, nor to people, nor to clients that do not know of it", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", third)
      const eve = yield* ircClient(port, "eve")
      const bob = yield* plainMember(port, "bob")
      const program = yield* member(port, "program")
      yield* says(eve, "METADATA * SUB display-name", "JOIN #lobby")
      yield* says(ada, "JOIN #lobby", "METADATA * SET display-name :Somebody else", "PRIVMSG #lobby :hello")
      expect((yield* says(eve)).filter((line) => !line.includes("JOIN"))).toEqual([":ada!~u@brusio PRIVMSG #lobby :hello"])
      const said = yield* next(program, "Said")
      expect(said.from.name).toBe("ada")
      const heard: Array<string> = []
      while (!heard.includes("ada: hello")) heard.push((yield* bob.line).trimEnd())
      expect(heard.join("\n")).not.toContain("Somebody else")
    })
  )
})
