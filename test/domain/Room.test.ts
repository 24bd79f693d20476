import { describe, expect, it, vi } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import type * as Chat from "../../src/domain/Chat.ts"
import { type Member, MemberId } from "../../src/domain/Member.ts"
import { indexed } from "../../src/domain/nameIndex.ts"
import * as Room from "../../src/domain/Room.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { named } from "../support/chat.ts"
import { always } from "../support/property.ts"

type Person = Chat.Person<string>
type People = HashMap.HashMap<MemberId, Person>

const personOf = (n: number, name = `n${n}`): Person => {
  const id = MemberId.make(`m${n}`)
  return { member: { id, name: named(name) }, name: indexed(named(name)), account: undefined, client: n, address: "", seat: { id, peer: `peer ${n}` }, attachment: { _tag: "Here" }, place: undefined, profile: undefined, metadata: [], status: { came: 0, spoke: 0 }, watched: [], rooms: [], current: undefined }
}

/** A room, those who are in it, and how it has to be. */
interface State {
  readonly room: Room.Room<string>
  readonly people: People
  /** The ordinals of those who are in it, in their order, each with its name. */
  readonly model: ReadonlyMap<number, Member>
}

const nobody: State = { room: Room.empty({ key: lobby, name: lobby }), people: HashMap.empty(), model: new Map() }

const inOrder = (model: ReadonlyMap<number, Member>) => new Map([...model].sort(([one], [other]) => one - other))

const enter = ({ model, people, room }: State, n: number): State => {
  const person = personOf(n)
  return { room: Room.entered(room, person), people: HashMap.set(people, person.member.id, person), model: inOrder(new Map([...model, [n, person.member]])) }
}

const leave = ({ model, people, room }: State, n: number): State => {
  const id = MemberId.make(`m${n}`)
  const others = HashMap.remove(people, id)
  return { room: Room.left(room, id, others), people: others, model: new Map([...model].filter(([other]) => other !== n)) }
}

const rename = ({ model, people, room }: State, n: number, name: string): State => {
  const person = personOf(n, name)
  return {
    room: Room.renamed(room, person.member),
    people: HashMap.set(people, person.member.id, person),
    model: new Map([...model].map(([other, member]) => [other, other === n ? person.member : member]))
  }
}

// More than a page of them, so that what is behind it moves up.
const filled = Array.from({ length: 130 }, (_, index) => 2 * index + 1).reduce(enter, nobody)

interface Move { readonly _tag: "enter" | "leave" | "rename"; readonly n: number }

const moves: FastCheck.Arbitrary<ReadonlyArray<Move>> = FastCheck.array(
  FastCheck.record({ _tag: FastCheck.constantFrom("enter" as const, "leave" as const, "leave" as const, "rename" as const), n: FastCheck.integer({ min: 1, max: 300 }) }),
  { maxLength: 80, size: "max" }
)

const step = (state: State, { _tag, n }: Move): State => {
  switch (_tag) {
    case "enter":
      return state.model.has(n) ? state : enter(state, n)
    case "leave":
      return leave(state, n)
    case "rename":
      return state.model.has(n) ? rename(state, n, `other${n}`) : state
  }
}

const promise = (name: string, holds: (before: State, move: Move, after: State) => void) => {
  it(name, () => {
    for (const start of [nobody, filled]) {
      always(moves, (all) => {
        let before = start
        for (const move of all) {
          const after = step(before, move)
          holds(before, move, after)
          before = after
        }
      }, 60)
    }
  })
}

describe("Whoever comes, goes or is renamed, in whatever order,", () => {
  promise("the seats of a room are in the order of the ids", (_, __, { model, room }) => {
    expect(room.seats.map(({ id }) => id)).toEqual([...model.keys()].map((n) => `m${n}`))
  })

  promise("the first page is the first hundred, by the names that they have now", (_, __, { model, people, room }) => {
    expect(room.firstPage).toEqual([...model.values()].slice(0, Room.pageSize))
    expect(room.firstPage).toEqual(Room.membersAt(room.seats.slice(0, Room.pageSize), people))
  })

  promise("the first page stays the same object, whatever happens behind it", ({ room: before }, { n }, { room }) => {
    const isOn = (page: ReadonlyArray<Member>) => page.some(({ id }) => id === `m${n}`)
    if (!isOn(before.firstPage) && !isOn(room.firstPage)) expect(room.firstPage).toBe(before.firstPage)
  })

  promise("one who is not there can go, and nothing changes", ({ model, room: before }, { _tag, n }, { room }) => {
    if (_tag === "leave" && !model.has(n)) expect(room).toBe(before)
  })

  promise("nobody else's seat changes, to the object, and the room before is as it was", ({ model, room: before }, { _tag, n }, { room }) => {
    expect(before.seats.map(({ id }) => id)).toEqual([...model.keys()].map((n) => `m${n}`))
    const others = (seats: typeof room.seats) => seats.filter(({ id }) => id !== `m${n}`)
    const kept = others(before.seats)
    const now = others(room.seats)
    expect(now).toHaveLength(kept.length)
    expect(now.every((seat, index) => seat === kept[index])).toBe(true)
    // What is told to a whole room shares its seats: a rename copies none.
    if (_tag === "rename") expect(room.seats).toBe(before.seats)
  })
})

describe("In a room of ten thousand", () => {
  const size = 10_000
  const people = Array.from({ length: size }, (_, index) => personOf(index + 1))
  const byId: People = HashMap.fromIterable(people.map((person) => [person.member.id, person] as const))
  const seats = people.map(({ seat }) => seat)
  const firstPage = people.slice(0, Room.pageSize).map(({ member }) => member)
  const big: Room.Room<string> = { ...Room.empty({ key: lobby, name: lobby }), seats, firstPage }

  /** How often something looks at a seat's id, and how often all the seats are copied. */
  const costOf = (change: (room: Room.Room<string>) => Room.Room<string>) => {
    let looks = 0
    const watched = seats.map((seat) => ({
      ...seat,
      get id() {
        looks += 1
        return seat.id
      }
    }))
    const slice = vi.spyOn(watched, "slice")
    const after = change({ ...big, seats: watched })
    const copies = slice.mock.calls.filter(([start = 0, end = size]) => end - start > Room.pageSize).length
    return { after, looks, copies }
  }

  it("to go costs as to come does: one copy of the seats, and a look at few of them", () => {
    const coming = costOf((room) => Room.entered(room, personOf(size + 1)))
    expect(coming.after.seats).toHaveLength(size + 1)
    for (const n of [1, 50, 101, 5000, size]) {
      const id = MemberId.make(`m${n}`)
      const going = costOf((room) => Room.left(room, id, HashMap.remove(byId, id)))
      expect(going.after.seats).toHaveLength(size - 1)
      expect(going.copies).toBe(1)
      expect(going.copies).toBeLessThanOrEqual(2 * coming.copies)
      // By bisection to its place; and the first page, where it was on that.
      expect(going.looks).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)) + Room.pageSize)
    }
  })
})
