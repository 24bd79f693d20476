import type { JSX } from "preact"
import { useRef, useState } from "preact/hooks"
import { key } from "../domain/Nickname.ts"
import type { Member } from "../domain/Member.ts"
import { Initial } from "./initial.tsx"
import { hueOf } from "./line.ts"

/** How many people are listed at once: a room may hold thousands, and whoever looks for one types a part of the name. */
const mostListed = 200

/** Who is in the room, and who was lost there and may come back. */
export const People = ({ away, call, here, me, members }: {
  readonly members: ReadonlyArray<Member>
  readonly away: ReadonlyArray<Member>
  /** How many are here; `undefined` while that is not known, and then nobody is listed. */
  readonly here: number | undefined
  readonly me: Member | undefined
  /** Somebody was chosen. */
  readonly call: (member: Member) => void
}): JSX.Element => {
  const [sought, setSought] = useState("")
  const list = useRef<HTMLUListElement>(null)
  const wanted = key(sought.trim())
  const all = [...members.map((member) => ({ ...member, isAway: false })), ...away.map((member) => ({ ...member, isAway: true }))]
  const found = wanted === "" ? all : all.filter(({ name }) => key(name).includes(wanted))
  const listed = [...found].sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, mostListed)
  return (
    <aside class="people" aria-label="People">
      <h2><span>People</span>{here !== undefined && <span>{here}</span>}</h2>
      {here === undefined && <p class="quiet unknown">Who is here is not known while there is no connection.</p>}
      <input class="search" id="search" placeholder="Find somebody" aria-label="Find somebody" autocomplete="off" value={sought}
        onInput={(event) => {
          setSought(event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          const [first] = listed
          if (event.key !== "Enter" || first === undefined) return
          // The line being typed gets the focus, and not the key.
          event.preventDefault()
          call(first)
        }} />
      <ul ref={list}>
        {listed.map((member) => (
          <li key={member.id}>
            <button type="button" class={`person${member.isAway ? " away" : ""}`} onClick={() => {
              call(member)
            }}>
              <Initial name={member.name} />
              <bdi class={`name ${hueOf(member.name)}`}>{member.name}</bdi>
              <small>{member.id === me?.id ? "you" : member.isAway ? "may come back" : ""}</small>
            </button>
          </li>
        ))}
      </ul>
      {found.length > listed.length && <p class="quiet more">and {found.length - listed.length} more: type a part of a name</p>}
    </aside>
  )
}
