import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import type { Account } from "../../src/domain/Account.ts"
import { accountOf, claimed, keyOf, mostClaimed } from "../../src/domain/accounts.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { ModeChange } from "../../src/domain/command/modes.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { asked, indexed } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import { partsOf, restored } from "../../src/domain/replica/state.ts"
import { decodePart, encodePart } from "../../src/domain/replica/Part.ts"
import { digest } from "../../src/domain/replica/digest.ts"
import { clean } from "../../src/domain/Text.ts"
import { readMask } from "../../src/server/dialect/irc/masks.ts"
import { connect, decide, join, leave, named, nobody, type Node, rename, roomNamed, say, settings, submit } from "../support/chat.ts"
import { always } from "../support/property.ts"

const words = Proof.make("the hash of words")
const others = Proof.make("the hash of others")

const credentials = (name: string, proof = words) => ({ key: Nickname.key(named(name)), proof, neighbourhood: "here" })
const claim = (name: string, proof = words): Command => ({ _tag: "ClaimName", name: asked(named(name)), proof, neighbourhood: "here" })
const authenticate = (name: string, proof = words): Command => ({ _tag: "Authenticate", account: credentials(name, proof) })
const back = (name: string, proof = words): Command => ({ _tag: "Back", ...credentials(name, proof), name: Nickname.key(named(name)) })
const joinAs = (name: string, proof = words): Command => ({ _tag: "Join", name: asked(named(name)), nowhere: true, account: credentials(name, proof) })

const keeping = (node: Node<string>): Node<string> => ({ ...node, chat: { ...node.chat, keep: keepFor(120_000, 10, 10) } })

const connected = (count: number, node = keeping(nobody<string>())): Node<string> =>
  Array.from({ length: count }).reduce<Node<string>>((node, _, n) => connect(node, `peer ${n + 1}`), node)

const run = (node: Node<string>, ...steps: ReadonlyArray<readonly [who: number, command: Command, now?: number]>): Node<string> =>
  steps.reduce((node, [who, command, now]) => decide(node, who, command, now).node, node)

/** What the client with this number is told by a command, by tag. */
const tagsFor = (node: Node<string>, who: number, command: Command): ReadonlyArray<string> =>
  decide(node, who, command).told.flatMap(({ audience, event }) => (audience.some(({ peer }) => peer === `peer ${who}`) ? [event._tag === "Refused" ? event.code : event._tag] : []))

describe("A claimed name", () => {
  const node = run(connected(4), [1, join("ann")], [1, claim("ann")], [2, join("bob")])

  it("is shown with whoever has said its words, and told to those who share a room", () => {
    const { told } = decide(run(connected(2), [1, join("ann")], [2, join("bob")]), 1, claim("ann"))
    expect(told.map(({ event }) => event)).toMatchObject([
      { _tag: "AccountSet", account: "ann" },
      { _tag: "Described", account: true, member: { name: "ann", account: "ann" } }
    ])
    expect(told[1]?.audience).toHaveLength(2)
    expect(JSON.stringify(told.map(({ event }) => event))).not.toContain(words)
  })

  it("is borne by nobody else, however one asks for it, also after its bearer has left", () => {
    const left = leave(node, 1).node
    expect(tagsFor(left, 2, rename("Ann"))).toEqual(["name-taken"])
    expect(tagsFor(left, 3, join("ann"))).toEqual(["name-taken"])
    expect(decide(left, 3, join("ann", "number")).told.find(({ event }) => event._tag === "Welcome")?.event).toMatchObject({ you: { name: "ann_2" }, asked: "ann", claimed: true })
    expect(decide(node, 3, join("bob", "number")).told.find(({ event }) => event._tag === "Welcome")?.event).not.toHaveProperty("claimed")
    expect(tagsFor(left, 3, joinAs("ann", others))).toEqual(["name-taken"])
    expect(tagsFor(left, 2, claim("ann"))).toEqual(["name-taken"])
    expect(tagsFor(left, 2, authenticate("ann", others))).toEqual(["password-wrong"])
    expect(tagsFor(left, 2, back("ann", others))).toEqual(["no-such-place"])
    expect(tagsFor(left, 3, joinAs("ann"))).toEqual(["Admitted"])
    expect(tagsFor(run(left, [2, authenticate("ann")]), 2, rename("ann"))).toContain("Renamed")
  })

  it("cannot be claimed from under who bears it, nor where it is reserved", () => {
    expect(tagsFor(node, 3, claim("bob"))).toEqual(["name-taken"])
    expect(tagsFor(node, 2, claim("server"))).toEqual(["name-reserved"])
    expect(tagsFor(node, 1, claim("other"))).toEqual(["no-change"])
    expect(tagsFor(node, 2, claim("other"))).toContain("AccountSet")
  })

  it("is one name with blanks and as one word", () => {
    const claimed = leave(run(connected(3), [1, join("ann lee")], [1, claim("ann lee")]), 1).node
    expect(tagsFor(claimed, 2, join("ann_lee"))).toEqual(["name-taken"])
    expect(tagsFor(claimed, 2, joinAs("ann_lee"))).toEqual(["Admitted"])
  })

  it("is not left for another account by who bears it", () => {
    const two = run(node, [2, claim("bob", others)])
    expect(tagsFor(two, 1, authenticate("bob", others))).toEqual(["not-allowed"])
    expect(tagsFor(run(two, [1, rename("eve")]), 1, authenticate("bob", others))).toContain("AccountSet")
  })

  it("brings back to the place of who bears it, lost or not, with what was missed", () => {
    const lost = submit(run(node, [1, { _tag: "Enter", room: roomNamed("dev") }]), { _tag: "Drop", client: 1, code: "lost", reason: undefined }, 10).node
    const said = decide(lost, 2, say("hello?"), 20).node
    const { told } = decide(said, 3, joinAs("ann"), 3000)
    expect(told[0]?.event).toMatchObject({ _tag: "Resumed", you: { id: "m1", name: "ann", account: "ann" }, rooms: [{ room: "lobby" }, { room: "dev", role: "owner" }], replay: [{ _tag: "Said", text: "hello?" }] })
    const again = decide(decide(said, 3, joinAs("ann"), 3000).node, 4, joinAs("ann"), 9000)
    expect(again.told.map(({ event }) => (event._tag === "Goodbye" ? event.code : event._tag))).toEqual(["resumed", "Resumed"])
    expect(Chat.personOf(again.node.chat, 4)?.member.id).toBe("m1")
  })

  it("has who bears it leave where no place is kept", () => {
    const bare = run(connected(3, nobody<string>()), [1, join("ann")], [1, claim("ann")], [2, join("bob")])
    const { node: after, told } = decide(bare, 3, joinAs("ann"))
    expect(told.map(({ event }) => event._tag)).toEqual(["Goodbye", "Left", "Admitted"])
    expect(Chat.personOf(after.chat, 3)?.member).toMatchObject({ id: "m3", account: "ann" })
    expect(tagsFor(run(bare, [2, authenticate("ann")]), 2, rename("ann"))).toEqual(["Left", "Renamed"])
    expect(tagsFor(bare, 2, back("ann"))).toEqual(["Left", "Renamed", "AccountSet", "Described"])
  })
})

describe("A mask of accounts", () => {
  const enter: Command = { _tag: "Enter", room: roomNamed("dev") }
  const set = (deed: ModeChange["deed"], raw: string): Command => {
    const mask = readMask(raw)?.mask
    if (mask === undefined) throw new Error(`${raw} is no mask`)
    return { _tag: "SetModes", room: roomNamed("dev"), changes: [{ deed, mask }] }
  }
  // Eve has said the words of ann; bob bears that name, or one that begins so, and has said none.
  const node = run(connected(4), [1, join("ann")], [1, claim("ann")], [1, rename("owner")], [1, enter], [2, join("annabel")], [3, join("eve")], [3, authenticate("ann")])
  const enters = (node: Node<string>, who: number): boolean => tagsFor(node, who, enter).includes("Entered")

  it("is on who has said the words, and not on who is called so", () => {
    const banned = run(node, [1, set("ban", "a:ann*")])
    expect([enters(banned, 2), enters(banned, 3)]).toEqual([true, false])
    const lifted = run(banned, [1, set("unban", "~a:ANN*")])
    expect(enters(lifted, 3)).toBe(true)
  })

  it("excepts, and admits, like others", () => {
    const excepted = run(node, [1, set("ban", "*!*@*")], [1, set("except", "a:ann")])
    expect([enters(excepted, 2), enters(excepted, 3)]).toEqual([false, true])
    const locked = run(node, [1, { _tag: "Lock", room: roomNamed("dev") }], [1, set("admit", "a:ann")])
    expect([enters(locked, 2), enters(locked, 3)]).toEqual([false, true])
    expect(tagsFor(run(node, [3, enter], [1, set("mute", "m:a:ann")]), 3, { _tag: "Say", text: clean("hello"), room: roomNamed("dev") })).toEqual(["muted"])
  })
})

const account = (name: string, used: number, neighbourhood: string): Account => ({ name: indexed(named(name)), proof: words, neighbourhood, used })

const tableOf = (accounts: ReadonlyArray<Account>, chat: Chat.Chat<string> = nobody<string>().chat): Chat.Chat<string> => ({ ...chat, accounts: HashMap.fromIterable(accounts.map((each) => [keyOf(each), each] as const)) })

describe("The table of claimed names", () => {
  it("forgets what nobody has used for the longest time, and nobody who is here", () => {
    const node = run(connected(1), [1, join("ann")], [1, claim("ann")])
    const full = tableOf([account("ann", 0, "here"), ...Array.from({ length: mostClaimed.inAll - 1 }, (_, n) => account(`n${n}`, 1 + (n % 7), `at ${n}`))], node.chat)
    const next = claimed(full, account("eve", 100, "there"))
    expect(next === undefined ? 0 : HashMap.size(next.accounts)).toBe(mostClaimed.inAll)
    expect(next?.accounts.pipe(HashMap.has(Nickname.key(named("ann"))))).toBe(true)
    // Of those used last at the same time, the first by its key.
    expect(next === undefined ? undefined : accountOf(next, Nickname.key(named("n0")))).toBeUndefined()
  })

  it("makes room in the same neighbourhood, where that has too many", () => {
    const many = tableOf([account("old", 0, "elsewhere"), ...Array.from({ length: mostClaimed.ofNeighbourhood }, (_, n) => account(`n${n}`, 10 + n, "here"))])
    const next = claimed(many, account("eve", 1000, "here"))
    expect(next === undefined ? undefined : [accountOf(next, Nickname.key(named("old")))?.used, accountOf(next, Nickname.key(named("n0"))), accountOf(next, Nickname.key(named("eve")))?.used]).toEqual([0, undefined, 1000])
  })

  const names = ["ann", "Ann", "bob", "a b", "a_b", "eve"]
  const name = FastCheck.constantFrom(...names)
  const proof = FastCheck.constantFrom(words, words, others)
  const step = FastCheck.record({
    who: FastCheck.integer({ min: 1, max: 5 }),
    what: FastCheck.oneof(
      FastCheck.tuple(name, proof).map(([name, proof]) => claim(name, proof)),
      FastCheck.tuple(name, proof).map(([name, proof]) => authenticate(name, proof)),
      FastCheck.tuple(name, proof).map(([name, proof]) => joinAs(name, proof)),
      FastCheck.tuple(name, proof).map(([name, proof]) => back(name, proof)),
      name.map((name) => join(name, "number")),
      name.map((name) => rename(name)),
      FastCheck.constantFrom("lost" as const, "quit" as const)
    ),
    after: FastCheck.constantFrom(0, 600, 2000)
  })

  it("lets nobody bear a claimed name who has not said its words, whatever happens; and another machine has the same", () => {
    let borne = 0
    always(
      FastCheck.array(step, { minLength: 10, maxLength: 40 }),
      (steps) => {
        // Each connection that ends is followed by another.
        let node = connected(5)
        let now = 0
        const clients = [1, 2, 3, 4, 5]
        for (const { after, what, who } of steps) {
          now += after
          const client = clients[who - 1] ?? who
          if (typeof what === "string") {
            node = submit(node, { _tag: what === "lost" ? "Drop" : "Quit", client, code: what === "lost" ? "lost" : "quit", reason: undefined }, now).node
            node = connect(node, `peer ${node.lastClient + 1}`)
            clients[who - 1] = node.lastClient
          } else node = decide(node, client, what, now).node
          node = submit(node, { _tag: "Expire", by: now }, now).node
          const { chat } = node
          for (const person of HashMap.values(chat.people)) {
            const known = accountOf(chat, person.name.key)
            if (known !== undefined) {
              expect(person.account).toBe(keyOf(known))
              borne += 1
            }
            expect(person.member.account).toBe(person.account === undefined ? undefined : accountOf(chat, person.account)?.name.name)
          }
          expect(HashMap.size(chat.clients)).toBe(new Set(HashMap.values(chat.clients)).size)
        }
        const there = restored(Chat.empty<never>({ ...settings, instance: "another" }), [...partsOf(node.chat)].map((part) => Either.getOrThrow(decodePart(encodePart(part)))))
        expect(digest(there)).toBe(digest(node.chat))
        expect(HashMap.toEntries(there.accounts).sort()).toEqual(HashMap.toEntries(node.chat.accounts).sort())
      },
      200
    )
    expect(borne).toBeGreaterThan(500)
  })
})
