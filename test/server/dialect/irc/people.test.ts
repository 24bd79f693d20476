import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ircClient, says } from "../../../support/irc.ts"
import { connect, type Peer } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

/** Ada owns #dev, in which Bob is, away and a bot; Eve is in no room, and not to be found by who shares none with her; Kim is in a hidden room. */
const four = Effect.gen(function* () {
  const { port } = yield* opened()
  const ada = yield* ircClient(port, "ada")
  const bob = yield* ircClient(port, "bob")
  const eve = yield* ircClient(port, "eve")
  const kim = yield* ircClient(port, "kim")
  yield* says(ada, "JOIN #dev")
  yield* says(bob, "JOIN #dev", "AWAY :tea", "MODE bob +B", "SETNAME :Bob the builder")
  yield* says(eve, "MODE eve +i")
  yield* says(kim, "JOIN #attic", "MODE #attic +s")
  yield* says(ada)
  return { ada, bob, eve, kim, port }
})

/** The answers, without the nick of who has asked. */
const asks = (peer: Peer, line: string) => Effect.map(says(peer, line), (lines) => lines.map((line) => line.replace(/^(\d{3}) \S+ ?/u, "$1 ")))

describe("WHO", () => {
  it.scopedLive("finds those in a room, with what they are", () =>
    Effect.gen(function* () {
      const { ada, eve, kim } = yield* four
      const inDev = ["352 #dev ~ada brusio brusio ada H@ :0 ada", "352 #dev ~bob brusio brusio bob GB :0 Bob the builder", "315 #dev :End of WHO list"]
      expect(yield* asks(ada, "WHO #dev")).toEqual(inDev)
      expect(yield* asks(eve, "WHO #dev")).toEqual(inDev)
      expect(yield* asks(ada, "WHO #DEV")).toEqual([...inDev.slice(0, 2), "315 #DEV :End of WHO list"])
      expect(yield* asks(ada, "WHO #attic")).toEqual(["315 #attic :End of WHO list"])
      expect(yield* asks(kim, "WHO #attic")).toEqual(["352 #attic ~kim brusio brusio kim H@ :0 kim", "315 #attic :End of WHO list"])
      expect(yield* asks(ada, "WHO #nowhere")).toEqual(["315 #nowhere :End of WHO list"])
    })
  )

  it.scopedLive("finds people by name and by mask, but for those who are not to be found", () =>
    Effect.gen(function* () {
      const { ada, eve } = yield* four
      const nicks = (mask: string, peer = ada) => Effect.map(asks(peer, `WHO ${mask}`), (lines) => lines.slice(0, -1).map((line) => line.split(" ")[5] ?? ""))
      expect(yield* nicks("BOB")).toEqual(["bob"])
      expect(yield* nicks("eve")).toEqual(["eve"])
      expect((yield* nicks("*")).toSorted()).toEqual(["ada", "bob", "kim"])
      expect((yield* nicks("*", eve)).toSorted()).toEqual(["ada", "bob", "eve", "kim"])
      expect(yield* nicks("?ob")).toEqual(["bob"])
      expect(yield* nicks("e*")).toEqual([])
      expect(yield* nicks("nobody")).toEqual([])
    })
  )

  it.scopedLive("answers with the fields that are asked for, in their own order", () =>
    Effect.gen(function* () {
      const { ada } = yield* four
      expect(yield* asks(ada, "WHO bob %tcuihsnfdlaor,42")).toEqual(["354 42 * ~bob 255.255.255.255 brusio brusio bob GB 0 0 0 n/a :Bob the builder", "315 bob :End of WHO list"])
      expect(yield* asks(ada, "WHO #dev %nf")).toEqual(["354 ada H@", "354 bob GB", "315 #dev :End of WHO list"])
      expect(yield* asks(ada, "WHO #dev %rnz")).toEqual(["354 ada :ada", "354 bob :Bob the builder", "315 #dev :End of WHO list"])
      expect(yield* asks(ada, "WHO bob %t")).toEqual(["354 0", "315 bob :End of WHO list"])
    })
  )
})

describe("WHOIS", () => {
  it.scopedLive("tells who somebody is, and the rooms that the asker may know of", () =>
    Effect.gen(function* () {
      const { ada, kim } = yield* four
      const lines = yield* asks(ada, "WHOIS BOB")
      expect(lines.map((line) => line.replace(/^317 bob \d+ \d+ /u, "317 bob … "))).toEqual([
        "311 bob ~bob brusio * :Bob the builder",
        "319 bob :#dev",
        expect.stringMatching(/^312 bob brusio :brusio \S+$/u),
        "301 bob :tea",
        "335 bob :is a bot",
        "317 bob … :seconds idle, signon time",
        "318 BOB :End of /WHOIS list"
      ])
      const rooms = (peer: Peer, nick: string) => Effect.map(asks(peer, `WHOIS ${nick}`), (lines) => lines.filter((line) => line.startsWith("319")))
      expect(yield* rooms(ada, "ada")).toEqual(["319 ada :@#dev"])
      expect(yield* rooms(ada, "kim")).toEqual([])
      expect(yield* rooms(kim, "kim")).toEqual(["319 kim :@#attic"])
      expect(yield* asks(ada, "WHOIS brusio bob")).toEqual(yield* asks(ada, "WHOIS bob"))
    })
  )

  it.scopedLive("says so where nobody has that name, or none is given", () =>
    Effect.gen(function* () {
      const { ada } = yield* four
      expect(yield* asks(ada, "WHOIS nobody")).toEqual(["401 nobody :No such nick/channel", "318 nobody :End of /WHOIS list"])
      expect(yield* asks(ada, "WHOIS :")).toEqual(["431 :No nickname given"])
      expect(yield* asks(ada, "WHOIS")).toEqual(["461 WHOIS :Not enough parameters"])
    })
  )
})

describe("WHOWAS", () => {
  it.scopedLive("tells who had a name, the latest first, as many as are asked for", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada")
      for (const real of ["first", "second", "third"]) {
        const bob = yield* ircClient(port, "bob")
        yield* says(bob, `SETNAME :${real}`)
        yield* bob.send("QUIT\r\n")
        yield* bob.rest
      }
      const found = (line: string) => Effect.map(asks(ada, line), (lines) => lines.flatMap((line) => /^314 bob ~bob brusio \* :(.*)$/u.exec(line)?.[1] ?? []))
      expect(yield* found("WHOWAS bob")).toEqual(["third", "second", "first"])
      expect(yield* found("WHOWAS BOB 2")).toEqual(["third", "second"])
      expect(yield* found("WHOWAS b* -1")).toEqual(["third", "second", "first"])
      yield* says(ada, "NICK lady")
      expect((yield* asks(ada, "WHOWAS ada"))[0]).toBe("314 ada ~ada brusio * :ada")
      expect(yield* asks(ada, "WHOWAS nobody")).toEqual(["406 nobody :There was no such nickname", "369 nobody :End of WHOWAS"])
    })
  )
})

describe("Who is away", () => {
  it.scopedLive("is said to be, to who says something to it and to who asks", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* four
      expect(yield* asks(ada, "PRIVMSG bob :there?")).toEqual(["301 bob :tea"])
      expect(yield* asks(ada, "NOTICE bob :there?")).toEqual([])
      expect(yield* asks(ada, "USERHOST bob ada nobody")).toEqual(["302 :bob=-~bob@brusio ada=+~ada@brusio"])
      expect(yield* asks(ada, "ISON nobody BOB ada")).toEqual(["303 :bob ada"])
      expect(yield* asks(bob, "AWAY")).toEqual([":ada!~u@brusio PRIVMSG bob :there?", ":ada!~u@brusio NOTICE bob :there?", "305 :You are no longer marked as being away"])
      expect(yield* asks(ada, "PRIVMSG bob :now?")).toEqual([])
      expect(yield* asks(bob, "AWAY :")).toEqual([":ada!~u@brusio PRIVMSG bob :now?", "305 :You are no longer marked as being away"])
      expect(yield* asks(bob, `AWAY :${"x".repeat(450)}`)).toEqual(["306 :You have been marked as being away"])
      expect(yield* asks(ada, "PRIVMSG bob :now?")).toEqual([`301 bob :${"x".repeat(390)}`])
    })
  )

  it.scopedLive("is told to those in its rooms who have asked for that", () =>
    Effect.gen(function* () {
      const { bob, port } = yield* four
      const told = yield* ircClient(port, "told", "away-notify setname")
      const other = yield* ircClient(port, "other")
      for (const peer of [told, other]) yield* says(peer, "JOIN #dev")
      yield* says(told)
      yield* says(bob, "AWAY", "AWAY :cake", "SETNAME :Bob")
      expect(yield* says(told)).toEqual([":bob!~u@brusio AWAY", ":bob!~u@brusio AWAY :cake", ":bob!~u@brusio SETNAME :Bob"])
      expect(yield* says(other)).toEqual([])
      expect(yield* asks(bob, `SETNAME :${"x".repeat(200)}`)).toEqual([expect.stringMatching(/^FAIL SETNAME INVALID_REALNAME :/u)])
    })
  )
})

describe("MONITOR", () => {
  it.scopedLive("tells who is there, and who comes, goes or bears another name", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada")
      const bob = yield* ircClient(port, "bob")
      expect(yield* asks(ada, "MONITOR + BOB,eve")).toEqual(["730 :bob!~u@brusio", "731 :eve"])
      expect(yield* asks(ada, "MONITOR S")).toEqual(["730 :bob!~u@brusio", "731 :eve"])
      expect(yield* asks(ada, "MONITOR L")).toEqual(["732 :BOB,eve", "733 :End of MONITOR list"])
      yield* says(bob, "NICK eve")
      expect(yield* asks(ada, "PING")).toEqual(["731 :bob", "730 :eve!~u@brusio", "409 :No origin specified"])
      yield* bob.send("QUIT\r\n")
      yield* bob.rest
      expect(yield* says(ada)).toEqual(["731 ada :eve"])
      expect(yield* asks(ada, "MONITOR - eve")).toEqual([])
      expect(yield* asks(ada, "MONITOR C")).toEqual([])
      expect(yield* asks(ada, "MONITOR L")).toEqual(["733 :End of MONITOR list"])
      const plain = yield* connect(port)
      yield* plain.send("bob\n")
      expect(yield* plain.line).toContain("Welcome bob!")
      expect(yield* says(ada)).toEqual([])
      expect(yield* asks(ada, "MONITOR x")).toEqual([expect.stringMatching(/^461 MONITOR :/u)])
    })
  )

  it.scopedLive("watches for 100 at most, and says which are too many", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada")
      for (let n = 0; n < 10; n += 1) yield* says(ada, `MONITOR + ${Array.from({ length: 10 }, (_, k) => `n${n}x${k}`).join(",")}`)
      expect(yield* asks(ada, "MONITOR + n0x0,more,and,more")).toEqual(["734 100 more,and,more :Monitor list is full.", "731 :n0x0"])
    })
  )

  it.scopedLive("tells more of them to who has asked for that", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", "extended-monitor away-notify setname account-notify")
      const eve = yield* ircClient(port, "eve")
      const bob = yield* ircClient(port, "bob")
      for (const peer of [ada, eve]) yield* says(peer, "MONITOR + bob")
      yield* says(bob, "AWAY :tea", "AWAY", "SETNAME :Bob", "REGISTER bob * :words")
      expect(yield* says(ada)).toEqual([":bob!~u@brusio AWAY :tea", ":bob!~u@brusio AWAY", ":bob!~u@brusio SETNAME :Bob", ":bob!~u@brusio ACCOUNT bob"])
      expect(yield* says(eve)).toEqual([])
    })
  )
})

describe("A line that is refused while it is read", () => {
  it.scopedLive("is answered with its label", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", "labeled-response batch")
      expect(yield* says(ada, `@label=a PRIVMSG ada :${"x".repeat(600)}`)).toEqual(["@label=a :brusio 417 ada :Input line was too long"])
      expect(yield* says(ada, `@label=b;+x=${"y".repeat(4096)} PRIVMSG ada :hi`)).toEqual(["@label=b :brusio 417 ada :Input line was too long"])
      expect(yield* says(ada, `@label=c PRIVMSG ada :${"x".repeat(20_000)}`)).toEqual(["@label=c :brusio 417 ada :Input line was too long"])
      yield* ada.send(Buffer.from("@label=d PRIVMSG ada :\xff\xfe\r\n", "latin1"))
      expect(yield* says(ada)).toEqual(["@label=d :brusio FAIL PRIVMSG INVALID_UTF8 :Message rejected: your client sent invalid UTF-8"])
      expect(yield* says(ada, "@label=e NOTHING", "@label=f WHOIS")).toEqual(["@label=e :brusio 421 ada NOTHING :Unknown command", "@label=f :brusio 461 ada WHOIS :Not enough parameters"])
    })
  )
})
