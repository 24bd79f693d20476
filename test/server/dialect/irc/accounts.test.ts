import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { keepFor } from "../../../../src/domain/Keep.ts"
import * as Server from "../../../../src/server/Server.ts"
import { type Identification, SaslResponse } from "../../../../src/server/dialect/irc/sasl.ts"
import { says } from "../../../support/irc.ts"
import { connect, type Peer } from "../../../support/Peer.ts"
import { loggingTo, next, open, opened, tell } from "../../../support/room.ts"

const words = "correct horse"

const plain = (name: string, secret: string, as = ""): string => Buffer.from(`${as}\0${name}\0${secret}`).toString("base64")

const client = (port: number, nick: string, capabilities = "") =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* says(peer, `CAP REQ :${capabilities}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END")
    return peer
  })

const isThere = (nick: string) => (line: string): boolean => line.startsWith(`001 ${nick} `)

/** A server on which ada has claimed her name, and has left. */
const claimed = Effect.gen(function* () {
  const { port } = yield* opened()
  const ada = yield* client(port, "ada")
  expect(yield* says(ada, `REGISTER * * :${words}`)).toEqual(["REGISTER SUCCESS ada :The name is yours until the server ends", "900 ada ada!~u@brusio ada :You are now logged in as ada"])
  yield* ada.send("QUIT\r\n")
  yield* ada.closed
  return port
})

describe("REGISTER", () => {
  it.scopedLive("claims a name, or says why it cannot", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* client(port, "ada")
      const bob = yield* client(port, "bob")
      expect(yield* says(bob, "REGISTER * *")).toEqual(["461 bob REGISTER :Not enough parameters"])
      expect(yield* says(bob, "REGISTER * * :ab")).toEqual(["FAIL REGISTER WEAK_PASSWORD bob :A password has at least 3 characters, and should be nothing that others guess"])
      expect(yield* says(bob, `REGISTER * * :${"é".repeat(201)}`)).toEqual(["FAIL REGISTER UNACCEPTABLE_PASSWORD bob :A password has at most 400 bytes"])
      expect(yield* says(bob, "REGISTER a@b * :secret")).toEqual(["FAIL REGISTER BAD_ACCOUNT_NAME a@b :Nobody can be called that"])
      expect(yield* says(bob, "REGISTER server * :secret")).toEqual(["FAIL REGISTER BAD_ACCOUNT_NAME server :The name server is reserved: choose another."])
      expect(yield* says(bob, "REGISTER ada * :secret")).toEqual(["FAIL REGISTER ACCOUNT_EXISTS ada :The name ada is taken: somebody bears it."])
      expect(yield* says(bob, "REGISTER other * :secret")).toEqual(["REGISTER SUCCESS other :The name is yours until the server ends", "900 bob bob!~u@brusio other :You are now logged in as other"])
      expect(yield* says(bob, "REGISTER * * :secret")).toEqual(["FAIL REGISTER ALREADY_AUTHENTICATED bob :You have said the words of other already."])
      expect(yield* says(ada, "REGISTER other * :secret")).toEqual(["FAIL REGISTER ACCOUNT_EXISTS other :The name other is taken: it is claimed already."])
      expect(yield* says(ada, "VERIFY ada 123")).toEqual(["FAIL VERIFY INVALID_CODE ada :There is nothing to verify: an account is yours once it is registered"])
    })
  )

  it.scopedLive("can be done before one has come in, which then is with the name", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* connect(port)
      const heard = yield* says(ada, "CAP LS 302", "REGISTER * * :secret")
      expect(heard.slice(0, -1).join(" ")).toMatch(/^CAP \* LS (?:\* )?:account-notify account-tag .*draft\/account-registration=before-connect,custom-account-name .*sasl=PLAIN/u)
      expect(heard.at(-1)).toBe("FAIL REGISTER NEED_NICK * :Say which nick you want before you register an account, or name the account")
      expect(yield* says(ada, "NICK ada", "REGISTER * * :secret")).toEqual(["REGISTER SUCCESS ada :The name is yours until the server ends", "900 ada ada!~u@brusio ada :You are now logged in as ada"])
      expect((yield* says(ada, "USER ada 0 * :Ada", "CAP END")).some(isThere("ada"))).toBe(true)
      expect(yield* says(ada, "WHOIS ada")).toContain("330 ada ada ada :is logged in as")
    })
  )

  it.scopedLive("is for those who know the password of the server", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password: Redacted.make("open sesame") })
      const ada = yield* connect(port)
      expect(yield* says(ada, "NICK ada", "REGISTER * * :secret")).toEqual(["FAIL REGISTER COMPLETE_CONNECTION_REQUIRED ada :This room needs a password: say hello with it."])
      expect((yield* says(ada, "PASS :open sesame", "USER ada 0 * :Ada")).some(isThere("ada"))).toBe(true)
      expect(yield* says(ada, "REGISTER * * :secret")).toContain("900 ada ada!~u@brusio ada :You are now logged in as ada")
    })
  )
})

describe("AUTHENTICATE", () => {
  it.scopedLive("takes the words of a claimed name, before one has come in", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const ada = yield* connect(port)
      expect(yield* says(ada, "CAP REQ :sasl", "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words, "ada")}`)).toEqual([
        "CAP * ACK :sasl",
        "AUTHENTICATE +",
        "900 * *!~u@brusio ada :You are now logged in as ada",
        "903 * :SASL authentication successful"
      ])
      expect((yield* says(ada, "NICK ada", "USER ada 0 * :Ada", "CAP END")).some(isThere("ada"))).toBe(true)
    })
  )

  it.scopedLive("takes them as often as one likes once one is in, whatever one is called", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const bob = yield* client(port, "bob")
      yield* says(bob, "REGISTER bea * :secret")
      expect(yield* says(bob, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ADA", words)}`)).toEqual(["AUTHENTICATE +", "900 bob bob!~u@brusio ada :You are now logged in as ada", "903 bob :SASL authentication successful"])
      expect(yield* says(bob, "NICK ada")).toEqual([":bob!~u@brusio NICK :ada"])
      expect(yield* says(bob, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("bea", "secret")}`)).toEqual(["AUTHENTICATE +", "904 ada :You bear the name ada, which is claimed too: take another first."])
    })
  )

  it.scopedLive.each<{ readonly what: string; readonly lines: ReadonlyArray<string>; readonly answers: ReadonlyArray<string> }>([
    { what: "a mechanism that is not spoken", lines: ["AUTHENTICATE EXTERNAL"], answers: ["908 * PLAIN :are available SASL mechanisms", "904 * :SASL authentication failed"] },
    { what: "an abort", lines: ["AUTHENTICATE PLAIN", "AUTHENTICATE *"], answers: ["AUTHENTICATE +", "906 * :SASL authentication aborted"] },
    { what: "a piece that is too long", lines: ["AUTHENTICATE PLAIN", `AUTHENTICATE ${"A".repeat(401)}`], answers: ["AUTHENTICATE +", "905 * :SASL message too long"] },
    { what: "what is no Base64", lines: ["AUTHENTICATE PLAIN", "AUTHENTICATE !!!"], answers: ["AUTHENTICATE +", "904 * :SASL authentication failed"] },
    { what: "no words", lines: ["AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", "")}`], answers: ["AUTHENTICATE +", "904 * :SASL authentication failed"] },
    { what: "another's name", lines: ["AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words, "bob")}`], answers: ["AUTHENTICATE +", "904 * :SASL authentication failed"] },
    { what: "wrong words", lines: ["AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", "wrong horse")}`], answers: ["AUTHENTICATE +", "904 * :That name is not claimed, or these are not its words."] },
    { what: "a name that nobody has claimed", lines: ["AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("eve", words)}`], answers: ["AUTHENTICATE +", "904 * :That name is not claimed, or these are not its words."] }
  ])("answers $what", ({ answers, lines }) =>
    Effect.gen(function* () {
      const port = yield* claimed
      const ada = yield* connect(port)
      yield* says(ada, "CAP REQ :sasl")
      expect(yield* says(ada, ...lines)).toEqual(answers)
      // It can be tried again.
      expect(yield* says(ada, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`)).toContain("903 * :SASL authentication successful")
    })
  )

  it.scopedLive("is given up where one comes in before it is complete", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const eve = yield* connect(port)
      const heard = yield* says(eve, "CAP REQ :sasl", "AUTHENTICATE PLAIN", "NICK eve", "USER eve 0 * :Eve", "CAP END")
      expect(heard.slice(0, 4)).toEqual(["CAP * ACK :sasl", "AUTHENTICATE +", "906 eve :SASL authentication aborted", "001 eve :Welcome to brusio, eve"])
    })
  )

  it.scopedLive("has those wait who guess", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const eve = yield* client(port, "eve")
      const guess = (secret: string) => says(eve, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", secret)}`)
      for (let n = 0; n < 4; n += 1) yield* guess(`horse ${n}`)
      // Also the right ones are not looked at meanwhile.
      expect((yield* guess(words)).at(-1)).toMatch(/^904 eve :Too many wrong words came from your address: try again in \d+ s\.$/u)
    })
  )
})

describe("PASS NAME:WORDS", () => {
  it.scopedLive("says the words of a claimed name; of any other it is a password as before", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const ada = yield* connect(port)
      expect((yield* says(ada, `PASS :ada:${words}`, "NICK ada", "USER ada 0 * :Ada")).slice(0, 1)).toEqual(["001 ada :Welcome to brusio, ada"])
      const eve = yield* connect(port)
      expect(yield* says(eve, "PASS ada:wrong", "NICK ada", "USER eve 0 * :Eve")).toEqual(["464 * :That name is not claimed, or these are not its words.", "433 ada ada :The name ada is taken: choose another."])
      const bob = yield* connect(port)
      expect((yield* says(bob, "PASS bob:builder", "NICK bob", "USER bob 0 * :Bob")).slice(0, 1)).toEqual(["001 bob :Welcome to brusio, bob"])
      expect(yield* says(bob, `PASS :ada:${words}`)).toEqual(["462 bob :You may not reregister"])
    })
  )

  it.scopedLive("is beside the password of the server, where that has one", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password: Redacted.make("open sesame") })
      const ada = yield* connect(port)
      yield* says(ada, "PASS :open sesame", "NICK ada", "USER ada 0 * :Ada", `REGISTER * * :${words}`)
      yield* ada.send("QUIT\r\n")
      yield* ada.closed
      const again = yield* connect(port)
      expect((yield* says(again, "PASS :open sesame", `PASS :ada:${words}`, "NICK ada", "USER ada 0 * :Ada")).some(isThere("ada"))).toBe(true)
    })
  )
})

describe("A claimed name", () => {
  it.scopedLive("is safe from an IRC, a native and a plain newcomer, and from who is here", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const message = "The name ada is taken: it is claimed. Choose another, or come with its words."
      const irc = yield* connect(port)
      expect(yield* says(irc, "NICK ada", "USER eve 0 * :Eve")).toEqual([`433 ada ada :${message}`])
      expect((yield* says(irc, "NICK eve")).some(isThere("eve"))).toBe(true)
      expect(yield* says(irc, "NICK Ada")).toEqual([`433 eve Ada :${message.replace("ada", "Ada")}`])
      const native = yield* connect(port)
      yield* tell(native, { _tag: "Hello", v: 1, nickname: "ada" })
      expect(yield* next(native, "Refused")).toMatchObject({ code: "name-taken", message })
      const person = yield* connect(port)
      yield* person.send("ada\n")
      expect(yield* person.line).toBe("Welcome ada_2! To leave, type {quit}.")
      expect(yield* person.line).toBe("The name ada is taken: you are ada_2. If it is yours, type /back ada WORDS")
      yield* person.send("/nick ada\n")
      expect(yield* person.line).toBe(message)
      // Its words are what opens it, from any program.
      yield* person.send(`/back ada wrong\n`)
      expect(yield* person.line).toBe("Nobody here is kept under that name and these words.")
      yield* person.send(`/back ada ${words}\n`)
      expect(yield* person.line).toBe("ada_2 is now called ada.")
      expect(yield* person.line).toBe("You have said the words of the claimed name ada.")
    })
  )

  it.scopedLive("is shown in a room", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const bob = yield* client(port, "bob", "account-notify account-tag extended-join")
      const eve = yield* client(port, "eve")
      const ada = yield* client(port, "ada_")
      for (const peer of [bob, eve, ada]) yield* says(peer, "JOIN #lobby")
      yield* says(bob)
      yield* says(eve)
      yield* says(ada, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`)
      expect(yield* says(bob)).toEqual(["@account=ada :ada_!~u@brusio ACCOUNT ada"])
      yield* says(ada, "PRIVMSG #lobby :hello", "PART #lobby", "JOIN #lobby")
      expect(yield* says(bob)).toEqual(["@account=ada :ada_!~u@brusio PRIVMSG #lobby :hello", "@account=ada :ada_!~u@brusio PART #lobby", "@account=ada :ada_!~u@brusio JOIN #lobby ada :ada_"])
      expect(yield* says(eve)).toEqual([":ada_!~u@brusio PRIVMSG #lobby :hello", ":ada_!~u@brusio PART #lobby", ":ada_!~u@brusio JOIN #lobby"])
      expect(yield* says(bob, "WHO ada_ %na", "WHO bob %na")).toEqual(["354 bob ada_ ada", "315 bob ada_ :End of WHO list", "354 bob bob 0", "315 bob bob :End of WHO list"])
    })
  )

  it.scopedLive("brings its bearer back into its rooms, also while the connection before is thought to be there", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const bob = yield* client(port, "bob")
      const ada = yield* connect(port)
      const logsIn = (peer: Peer) => says(peer, "CAP REQ :sasl", "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`, "NICK ada", "USER ada 0 * :Ada", "CAP END")
      yield* logsIn(ada)
      yield* says(ada, "JOIN #dev", "TOPIC #dev :work")
      yield* says(bob, "JOIN #dev")
      yield* says(ada)
      const again = yield* connect(port)
      const heard = yield* logsIn(again)
      expect(heard.slice(heard.indexOf("422 ada :MOTD File is missing") + 1)).toEqual([
        ":ada!~u@brusio JOIN #dev",
        "332 ada #dev :work",
        expect.stringMatching(/^333 ada #dev ada!~u@brusio \d+$/u),
        "353 ada = #dev :bob @ada",
        "366 ada #dev :End of /NAMES list."
      ])
      expect(yield* ada.rest).toBe(":brusio NOTICE ada :You have been disconnected: you have come back over another connection.\r\nERROR :Closing Link: brusio (you have come back over another connection)\r\n")
      // Nobody else has noticed anything.
      expect(yield* says(bob)).toEqual([])
    })
  )

  it.scopedLive("is taken back by NICK from a connection of before, which ends", () =>
    Effect.gen(function* () {
      const port = yield* claimed
      const ada = yield* client(port, "bob")
      yield* says(ada, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`, "NICK ada")
      const again = yield* client(port, "ada_")
      expect(yield* says(again, "NICK ada")).toEqual(["433 ada_ ada :The name ada is taken: choose another."])
      expect(yield* says(again, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`, "NICK ada")).toContain(":ada_!~u@brusio NICK :ada")
      expect(yield* ada.closed).toBe("end")
    })
  )

  it.scopedLive("has words that stand in no log", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const { port } = yield* open(Server.layer({ port: 0, rateLimit: undefined, keep: keepFor(0, 0, 0).for }).pipe(Layer.provide(loggingTo(lines))))
      const ada = yield* client(port, "ada")
      yield* says(ada, `REGISTER * * :${words}`, "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ada", words)}`)
      yield* ada.send("QUIT\r\n")
      yield* ada.closed
      expect(lines.join("\n")).not.toContain("horse")
    })
  )
})

describe("A response of SASL", () => {
  const whole = plain("ada", "x".repeat(700))
  const take = (...pieces: ReadonlyArray<string>) => {
    const response = new SaslResponse("PLAIN")
    return pieces.map((piece) => response.take(piece)).at(-1)
  }
  const ada = (words: string): Identification => ({ name: "ada", words })

  it("comes in pieces of 400, of which a shorter one is the last", () => {
    expect(take(whole.slice(0, 400))).toBe("more")
    expect(take(whole.slice(0, 400), whole.slice(400, 800), whole.slice(800))).toEqual(ada("x".repeat(700)))
    const even = plain("ada", "x".repeat(295))
    expect(even).toHaveLength(400)
    expect(take(even, "+")).toEqual(ada("x".repeat(295)))
  })

  it.each([
    ["nothing", ["+"]],
    ["more than can be", Array.from({ length: 5 }, () => "A".repeat(400))],
    ["two parts", [Buffer.from("ada\0words").toString("base64")]],
    ["four parts", [plain("ada", "wo\0rds")]],
    ["no name", [plain("", "words")]],
    ["what is not UTF-8", [Buffer.from([0, 97, 0, 0xff]).toString("base64")]]
  ])("is none: %s", (_, pieces) => {
    expect(take(...pieces)).toBeUndefined()
  })
})
