import * as HashMap from "effect/HashMap"
import * as Chat from "../../src/domain/Chat.ts"
import type { Event } from "../../src/domain/Event.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import type { Moderated } from "../../src/domain/RoomEvent.ts"
import type { Role } from "../../src/domain/Role.ts"
import { lobby, type RoomName } from "../../src/domain/RoomName.ts"
import type { Step, Story } from "./Story.ts"
import { isOfPerson } from "./StoryClient.ts"

type Person = Chat.Person<Chat.ClientId>

/** What a rule is about that was broken. */
export type Rule = "roles" | "owner" | "bans" | "mutes" | "locks" | "told"

/** Somebody who is banned or muted, as the rules know them. */
interface Sanction {
  readonly id: MemberId
  readonly name: string
  readonly proof: string | undefined
  readonly host: string | undefined
  readonly until: number
}

interface Room {
  readonly name: RoomName
  /** In the order of entering. */
  readonly members: Map<MemberId, Role>
  lock: { readonly word: string | undefined } | undefined
  bans: ReadonlyArray<Sanction>
  mutes: ReadonlyArray<Sanction>
  readonly invited: Map<MemberId, number>
}

/** Somebody's time in a room, by numbers of envelopes: what is between the two is for it. */
interface Stay {
  readonly room: RoomName
  readonly from: number
  to: number
}

/** What has happened in rooms. */
export interface RoomCounts {
  enters: number
  enteredAgain: number
  exits: number
  roomsMade: number
  roomsMadeAgain: number
  roomsGone: number
  successions: number
  successionsByLoss: number
  topics: number
  ops: number
  deops: number
  kicks: number
  bans: number
  mutes: number
  lifted: number
  locks: number
  byWord: number
  byInvitation: number
  invited: number
  refusedBanned: number
  refusedMuted: number
  refusedLocked: number
  refusedNotAllowed: number
  refusedTooMany: number
  bannedByAnother: number
  ended: number
  byServer: number
}

export const noRoomCounts = (): RoomCounts => ({
  enters: 0, enteredAgain: 0, exits: 0, roomsMade: 0, roomsMadeAgain: 0, roomsGone: 0, successions: 0, successionsByLoss: 0, topics: 0, ops: 0, deops: 0, kicks: 0, bans: 0,
  mutes: 0, lifted: 0, locks: 0, byWord: 0, byInvitation: 0, invited: 0, refusedBanned: 0, refusedMuted: 0, refusedLocked: 0, refusedNotAllowed: 0, refusedTooMany: 0,
  bannedByAnother: 0, ended: 0, byServer: 0
})

const heights = { server: 4, owner: 3, operator: 2, voice: 1, member: 0 } as const
type Rank = keyof typeof heights

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"))

/** How long an invitation holds, ms. */
const invitationHolds = 600_000

/** Who is where, and what they may, told anew from what a story told alone, by the rules that people read. What breaks a rule is noted. */
export class Ledger {
  readonly faults: Array<readonly [Rule, string]> = []
  readonly counts = noRoomCounts()
  readonly stays = new Map<MemberId, Array<Stay>>()
  readonly #rooms = new Map<RoomName, Room>()
  readonly #names = new Set<RoomName>()
  // The memberships that ended in this step.
  #gone: Array<{ readonly room: RoomName; readonly id: MemberId; readonly role: Role }> = []
  #step: Step | undefined

  constructor(story: Story) {
    this.#rooms.set(lobby, this.#newRoom(lobby))
    for (const step of story.steps) this.#take(step)
  }

  /** What is meant for this member, whether its connection holds or not, in order. */
  meantFor(story: Story, id: MemberId): ReadonlyArray<Event> {
    const stays = this.stays.get(id) ?? []
    const isIn = (room: RoomName, n: number) => stays.some((stay) => stay.room === room && n > stay.from && n < stay.to)
    return story.steps.flatMap(({ after, before, entry, told }) =>
      told.flatMap(({ audience, event, room, seq }) => {
        if (event._tag === "Welcome" || event._tag === "Resumed" || event._tag === "Goodbye") return []
        // The server speaks to everybody.
        if (event._tag === "Notice" && entry._tag === "Announce" && entry.room === undefined) return this.#hasCome(id, seq) ? [event] : []
        if (room === undefined) return audience.some((seat) => seat.id === id) ? [event] : []
        if (isIn(room, seq)) return [event]
        // Of a person: all hear it who share a room with it.
        const about = isOfPerson(event) ? this.#about(event, before, after) : undefined
        return about !== undefined && this.#roomsAt(about, seq).some((shared) => isIn(shared, seq)) ? [event] : []
      })
    )
  }

  #hasCome(id: MemberId, n: number): boolean {
    const [first] = this.stays.get(id) ?? []
    return first !== undefined && n > first.from && n < (this.#leftAt.get(id) ?? Infinity)
  }
  readonly #leftAt = new Map<MemberId, number>()

  // Whom an event of a person is about; a notice is about whoever bears the name that it begins with.
  #about(event: Event, before: Step["before"], after: Step["after"]): MemberId | undefined {
    if ("member" in event) return event.member.id
    if (event._tag !== "Notice") return undefined
    return [...HashMap.values(after.people)].find(({ member: { id, name } }) => Chat.personWith(before, id)?.member.name !== name && event.text.startsWith(`The name ${name} `))?.member.id
  }

  #roomsAt(id: MemberId, n: number): ReadonlyArray<RoomName> {
    return (this.stays.get(id) ?? []).flatMap(({ from, room, to }) => (n > from && n <= to ? [room] : []))
  }

  #note(rule: Rule, words: string): void {
    this.faults.push([rule, `${words} (entry ${JSON.stringify(this.#step?.entry)})`])
  }

  #take(step: Step): void {
    this.#step = step
    this.#gone = []
    for (const { audience, event, seq } of step.told) this.#hear(event, audience[0]?.id, seq)
    for (const { room, members } of [...this.#rooms.values()].map((room) => ({ room, members: room.members }))) {
      if (room.name === lobby) continue
      const owners = [...members.values()].filter((role) => role === "owner").length
      if (members.size === 0) {
        this.counts.roomsGone += 1
        this.#rooms.delete(room.name)
      } else if (owners !== 1) this.#note("owner", `${room.name} has ${owners} owners`)
    }
  }

  #hear(event: Event, id: MemberId | undefined, n: number): void {
    switch (event._tag) {
      case "Welcome":
        this.#come(this.#roomNamed(lobby), event.you.id, "member", n + 1)
        return
      case "Entered":
        this.#entered(event.room, event.you.id, event.role, n)
        return
      case "Exited":
        this.counts.exits += 1
        this.#leave(event.room, id, n)
        return
      case "Removed": {
        const room = this.#roomNamed(event.room)
        this.#checkAct(room, event.by?.id, event.deed, id)
        this.#leave(event.room, id, n)
        return
      }
      case "Left":
        if (event.code === "exited") return
        for (const room of this.#rooms.values()) if (room.members.has(event.member.id)) this.#leave(room.name, event.member.id, n)
        this.#leftAt.set(event.member.id, n)
        return
      case "TopicSet":
        this.counts.topics += 1
        this.#checkRank(this.#roomNamed(event.room), event.by?.id, "operator", "the topic")
        return
      case "Moderated":
        this.#moderated(event)
        return
      case "Invited": {
        this.counts.invited += 1
        const room = this.#roomNamed(event.room)
        this.#checkRank(room, event.by?.id, room.lock === undefined ? "member" : "operator", "an invitation")
        if (room.members.has(event.to.id)) this.#note("locks", `${event.to.name} is in ${room.name} and is invited`)
        if (event.until !== event.at + invitationHolds) this.#note("locks", `an invitation holds until ${event.until}`)
        room.invited.set(event.to.id, event.until)
        return
      }
      case "Said":
      case "Acted": {
        const room = this.#roomNamed(event.room)
        const person = this.#person(event.from.id)
        if (!room.members.has(event.from.id)) this.#note("told", `${event.from.name} speaks in ${room.name} and is not there`)
        if (person !== undefined && this.#lasts(room.mutes, person)) this.#note("mutes", `${event.from.name} speaks in ${room.name} and is muted`)
        return
      }
      case "Refused":
        this.#refused(event.code)
        return
      default:
    }
  }

  #entered(name: RoomName, id: MemberId, role: Role, n: number): void {
    const room = this.#rooms.get(name)
    if (room === undefined) {
      this.counts.roomsMade += 1
      if (this.#names.has(name)) this.counts.roomsMadeAgain += 1
      this.#names.add(name)
      if (role !== "owner") this.#note("owner", `who has made ${name} is ${role}`)
      const made = this.#newRoom(name)
      this.#rooms.set(name, made)
      this.#come(made, id, role, n + 1)
      return
    }
    const known = room.members.get(id)
    if (known !== undefined) {
      this.counts.enteredAgain += 1
      if (known !== role) this.#note("roles", `a ${known} is told to be ${role}`)
      return
    }
    this.counts.enters += 1
    if (role !== "member") this.#note("roles", `a newcomer to ${name} is ${role}`)
    const person = this.#person(id)
    if (person !== undefined && this.#lasts(room.bans, person)) this.#note("bans", `${person.member.name} enters ${name} and is banned`)
    const ended = [...room.bans, ...room.mutes].some((one) => one.id === id && one.until <= this.#at)
    if (ended) this.counts.ended += 1
    if (room.lock !== undefined) {
      const isInvited = (room.invited.get(id) ?? 0) > this.#at
      const knows = room.lock.word !== undefined && room.lock.word === this.#wordGiven
      if (!isInvited && !knows) this.#note("locks", `${id} enters ${name}, which is locked`)
      if (isInvited) this.counts.byInvitation += 1
      else this.counts.byWord += 1
    }
    room.invited.delete(id)
    this.#come(room, id, role, n + 1)
  }

  #moderated({ by, deed, room: name, target, until }: Moderated): void {
    const room = this.#roomNamed(name)
    if (by === undefined && deed !== "owner") this.counts.byServer += 1
    switch (deed) {
      case "owner":
        this.#succeeded(room, target?.id)
        return
      case "op":
      case "deop": {
        if (deed === "op") this.counts.ops += 1
        else this.counts.deops += 1
        if (target === undefined) return
        const role = room.members.get(target.id)
        if (deed === "op") this.#checkRank(room, by?.id, "operator", "an operator")
        else if (by?.id !== target.id) this.#checkRank(room, by?.id, "owner", "an operator less")
        if (role !== (deed === "op" ? "member" : "operator")) this.#note("roles", `${deed} of ${role ?? "nobody"}`)
        else room.members.set(target.id, deed === "op" ? "operator" : "member")
        return
      }
      case "kick":
        this.counts.kicks += 1
        if (!this.#gone.some((one) => one.id === target?.id)) this.#note("told", `nobody was put out of ${name}`)
        return
      case "ban":
      case "mute": {
        if (target === undefined || until === undefined) return
        this.#checkAct(room, by?.id, deed, target.id)
        if (until > this.#at + 86_400_000) this.#note("bans", `a ${deed} lasts until ${until}`)
        const one = this.#sanctionOn(target.id, until)
        const others = (deed === "ban" ? room.bans : room.mutes).filter((each) => each.id !== target.id)
        if (deed === "ban") room.bans = [...others, one]
        else room.mutes = [...others, one]
        this.counts[deed === "ban" ? "bans" : "mutes"] += 1
        if (deed === "ban" && room.members.has(target.id)) this.#note("bans", `${target.name} is banned from ${name} and is there`)
        return
      }
      case "unban":
      case "unmute":
        this.counts.lifted += 1
        this.#checkRank(room, by?.id, "operator", deed)
        if (deed === "unban") room.bans = room.bans.filter(({ id }) => id !== target?.id)
        else room.mutes = room.mutes.filter(({ id }) => id !== target?.id)
        return
      case "lock":
      case "unlock":
      case "hide":
      case "show":
        this.#checkRank(room, by?.id, "operator", deed)
        if (name === lobby) this.#note("locks", `the lobby: ${deed}`)
        if (deed === "lock") {
          this.counts.locks += 1
          room.lock = { word: this.#wordGiven }
        }
        if (deed === "unlock") {
          room.lock = undefined
          room.invited.clear()
        }
        return
      // What is kept of a room has tests of its own, and nobody asks for it in these stories.
      case "remember":
      case "unremember":
      case "forget":
        this.#note("roles", `${deed} of ${name}, where nothing is kept`)
        return
      // Nobody in these stories asks for any other way of ruling.
      default:
        this.#note("roles", `${deed} of ${name}, for which nobody has asked`)
    }
  }

  // An operator follows, or else who has been there longest: rather one who is here and not muted.
  #succeeded(room: Room, heir: MemberId | undefined): void {
    this.counts.successions += 1
    if (this.#step?.entry._tag === "Expire") this.counts.successionsByLoss += 1
    if (!this.#gone.some((one) => one.room === room.name && one.role === "owner")) this.#note("owner", `${room.name} has another owner, and its own has not left`)
    const { before, entry } = this.#step ?? {}
    const rankOf = (id: MemberId) => {
      // Who comes back by words was not here yet when who it had been until then left.
      const isBack = entry?._tag === "Command" && entry.command._tag === "Back" && before !== undefined
      const person = isBack ? Chat.personWith(before, id) : this.#person(id)
      return person === undefined ? Infinity : (this.#lasts(room.mutes, person) ? 2 : 0) + (person.attachment._tag === "Here" ? 0 : 1)
    }
    const all = [...room.members]
    const operators = all.filter(([, role]) => role === "operator")
    const [first] = (operators.length > 0 ? operators : all).map(([id]) => id).sort((one, other) => rankOf(one) - rankOf(other))
    if (heir !== first) this.#note("owner", `${heir} follows in ${room.name}, and not ${first}`)
    if (heir !== undefined) room.members.set(heir, "owner")
  }

  #refused(code: string): void {
    const entry = this.#step?.entry
    if (code === "not-allowed") this.counts.refusedNotAllowed += 1
    if (code === "too-many-rooms") this.counts.refusedTooMany += 1
    if (entry?._tag !== "Command" || (code !== "banned" && code !== "muted" && code !== "locked")) return
    const { command } = entry
    const person = this.#asker
    if (person === undefined || command._tag === "Invite") return
    const named = "room" in command ? command.room?.key : undefined
    const room = [...this.#rooms.values()].find(({ name }) => this.#keyOf(name) === (named ?? person.current))
    if (room === undefined) return
    if (code === "banned") {
      this.counts.refusedBanned += 1
      if (!this.#lasts(room.bans, person)) this.#note("bans", `${person.member.name} is kept out of ${room.name} and is not banned`)
      if (!room.bans.some(({ id, until }) => id === person.member.id && until > this.#at)) this.counts.bannedByAnother += 1
    }
    if (code === "muted") {
      this.counts.refusedMuted += 1
      if (!this.#lasts(room.mutes, person)) this.#note("mutes", `${person.member.name} cannot speak in ${room.name} and is not muted`)
    }
    if (code === "locked") {
      this.counts.refusedLocked += 1
      const knows = room.lock?.word !== undefined && room.lock.word === this.#wordGiven
      if (room.lock === undefined || knows || (room.invited.get(person.member.id) ?? 0) > this.#at) this.#note("locks", `${person.member.name} could enter ${room.name} and is refused`)
    }
  }

  #keyOf(name: RoomName): string | undefined {
    return [...HashMap.values(this.#step?.before.rooms ?? HashMap.empty())].find((room) => room.name === name)?.key
  }

  #checkRank(room: Room, by: MemberId | undefined, least: Rank, what: string): void {
    const rank = this.#rankOf(room, by)
    if (rank === undefined || heights[rank] < heights[least]) this.#note("roles", `${what} in ${room.name} by ${rank ?? "nobody there"}`)
  }

  // Whoever is put out, banned or muted is lower than who does that.
  #checkAct(room: Room, by: MemberId | undefined, deed: string, target: MemberId | undefined): void {
    this.#checkRank(room, by, "operator", deed)
    const rank = this.#rankOf(room, by) ?? "member"
    const role = target === undefined ? "member" : (room.members.get(target) ?? this.#gone.find((one) => one.id === target && one.room === room.name)?.role ?? "member")
    if (heights[rank] <= heights[role]) this.#note("roles", `${deed} of ${role} by ${rank} in ${room.name}`)
  }

  // Without somebody, it is the server's, which does that by an entry of its own.
  #rankOf(room: Room, by: MemberId | undefined): Rank | undefined {
    const entry = this.#step?.entry
    if (by === undefined) return entry?._tag === "Rule" ? "server" : undefined
    return this.#asker?.member.id === by ? room.members.get(by) : undefined
  }

  get #at(): number {
    return this.#step?.after.at ?? 0
  }

  get #asker(): Person | undefined {
    const { before, entry } = this.#step ?? {}
    return before === undefined || entry?._tag !== "Command" ? undefined : Chat.personOf(before, entry.client)
  }

  get #wordGiven(): string | undefined {
    const entry = this.#step?.entry
    const command = entry?._tag === "Command" || entry?._tag === "Rule" ? entry.command : undefined
    return command !== undefined && "word" in command ? command.word : undefined
  }

  #person(id: MemberId): Person | undefined {
    return this.#step === undefined ? undefined : Chat.personWith(this.#step.after, id)
  }

  #sanctionOn(id: MemberId, until: number): Sanction {
    const people = [...HashMap.values(this.#step?.before.people ?? HashMap.empty<MemberId>())]
    const person = people.find(({ member }) => member.id === id)
    const host = hostOf(person?.address ?? "")
    const isShared = people.filter(({ address }) => hostOf(address) === host).length > 1
    return { id, name: person?.name.key ?? "", proof: person?.place?.proof, host: isShared ? undefined : host, until }
  }

  #lasts(all: ReadonlyArray<Sanction>, { address, member, name, place }: Person): boolean {
    return all.some(
      (one) =>
        one.until > this.#at &&
        (one.id === member.id || one.name === name.key || (one.proof !== undefined && one.proof === place?.proof) || (one.host !== undefined && one.host === hostOf(address)))
    )
  }

  #newRoom(name: RoomName): Room {
    return { name, members: new Map(), lock: undefined, bans: [], mutes: [], invited: new Map() }
  }

  #roomNamed(name: RoomName): Room {
    const room = this.#rooms.get(name)
    if (room === undefined) throw new Error(`There is no room ${name}, and it was told something`)
    return room
  }

  #come(room: Room, id: MemberId, role: Role, from: number): void {
    room.members.set(id, role)
    this.stays.set(id, [...(this.stays.get(id) ?? []), { room: room.name, from, to: Infinity }])
  }

  #leave(name: RoomName, id: MemberId | undefined, n: number): void {
    const room = this.#roomNamed(name)
    const role = id === undefined ? undefined : room.members.get(id)
    if (id === undefined || role === undefined) {
      this.#note("told", `${id ?? "nobody"} leaves ${name} and is not there`)
      return
    }
    room.members.delete(id)
    this.#gone.push({ room: name, id, role })
    for (const stay of this.stays.get(id) ?? []) if (stay.room === name && stay.to === Infinity) stay.to = n
  }
}
