import type { JSX } from "preact"
import { useRef, useState } from "preact/hooks"
import { elapsed } from "../../domain/elapsed.ts"
import { Initial } from "../initial.tsx"
import { hueOf } from "../line.ts"
import { fold } from "./entry.ts"
import type { DeskPage, Guest } from "./page.ts"
import { QrCode } from "./qr.tsx"

/** How many people are listed at once; whoever looks for one among more types a part of the name. */
const mostListed = 200

/** From how many on somebody can be looked for. */
const crowd = 12

/** How the room is now, how people get there, and who is here. */
export const Side = ({ page, remove }: { readonly page: DeskPage; readonly remove: (guest: Guest) => void }): JSX.Element => {
  const { _tag } = page.link.phase
  // Nobody is behind the links any more, and nobody is here, or none of it is known.
  const isOver = _tag === "Over" || _tag === "Denied"
  return (
    <aside class="side" aria-label="Room and people">
      <Now page={page} />
      {isOver ? <p class="quiet after">{_tag === "Over" ? "The room has closed. Its links lead nowhere now." : "What is in the room now is not told to this window any more."}</p> : (
        <>
          <Share page={page} />
          <Nodes page={page} />
          <Rooms page={page} />
          <Guests page={page} remove={remove} />
        </>
      )}
    </aside>
  )
}

const Now = ({ page }: { readonly page: DeskPage }): JSX.Element => {
  // What was so a while ago is not so now.
  const status = page.link.phase._tag === "Open" ? page.status : undefined
  return (
    <section aria-labelledby="now">
      <h2 id="now">Now</h2>
      <div class="numbers">
        <Figure value={status?.people.toLocaleString("en")} unit="here" />
        <Figure value={status?.messages.toLocaleString("en")} unit="messages/s" />
        <Figure value={status === undefined ? undefined : elapsed(status.uptime)} unit="open" />
        <Figure value={status === undefined ? undefined : String(Math.round(status.memory / 1_048_576))} unit="MB" />
      </div>
      {status !== undefined && status.connections > status.people && <p class="quiet">and {namelessOf(status.connections - status.people)}</p>}
    </section>
  )
}

const namelessOf = (count: number): string => (count === 1 ? "1 connection without a name" : `${count.toLocaleString("en")} connections without a name`)

const Figure = ({ unit, value = "–" }: { readonly unit: string; readonly value: string | undefined }): JSX.Element => <div><b>{value}</b> <span>{unit}</span></div>

const Share = ({ page }: { readonly page: DeskPage }): JSX.Element | null => {
  const { links: [first, ...others] = [], qr } = page.opened ?? {}
  if (first === undefined) return null
  return (
    <section aria-labelledby="share">
      <h2 id="share">Bring people in</h2>
      <div class={qr === undefined ? "share plain" : "share"}>
        {qr !== undefined && <QrCode rows={qr} link={first} />}
        <div>
          <p>{qr === undefined ? "On this machine, open:" : "On the same network, open or scan:"}</p>
          <Address page={page} link={first} words="Copy the link" />
        </div>
      </div>
      {others.length > 0 && (
        <ul class="others" aria-label="Other links">
          {others.map((link) => <li key={link}><Address page={page} link={link} words="Copy" /></li>)}
        </ul>
      )}
    </section>
  )
}

// A link as people type it, and the way to copy it whole.
const Address = ({ link, page, words }: { readonly page: DeskPage; readonly link: string; readonly words: string }): JSX.Element => {
  const shown = useRef<HTMLElement>(null)
  const short = link.replace(/^http:\/\//u, "").replace(/\/$/u, "")
  return (
    <>
      <code ref={shown}>{short}</code>
      <button type="button" class="button small" aria-label={`${words}: ${short}`} onClick={() => {
        page.copy(link, () => {
          if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
        })
      }}>{words}</button>
    </>
  )
}

// Nothing of servers where this one is alone.
const Nodes = ({ page: { nodes: { nodes } } }: { readonly page: DeskPage }): JSX.Element | null =>
  nodes.length === 0 ? null : (
    <section class="nodes" aria-labelledby="nodes">
      <h2 id="nodes"><span>Servers</span> <span>{nodes.length.toLocaleString("en")}</span></h2>
      <ul>
        {nodes.map(({ here, isThis, language, name, silent }, n) => (
          <li key={n} class="node">
            <span class="title"><bdi>{name}</bdi>{isThis && " (this one)"}</span>
            <small class={silent === 0 ? "" : "late"}>{silent === 0 ? "in time" : `silent for ${silent.toLocaleString("en")} s`} · language {language}</small>
            <span class="count" aria-label={here === 1 ? "1 person" : `${here.toLocaleString("en")} people`}>{here.toLocaleString("en")}</span>
          </li>
        ))}
      </ul>
    </section>
  )

// Nothing of rooms while all are in one.
const Rooms = ({ page }: { readonly page: DeskPage }): JSX.Element | null => {
  const { chosen, rooms: { rooms, total } } = page
  if (total <= 1 && chosen === undefined) return null
  const isOpen = page.link.phase._tag === "Open"
  return (
    <section class="rooms" aria-labelledby="rooms">
      <h2 id="rooms"><span>Rooms</span> <span>{total.toLocaleString("en")}</span></h2>
      <ul>
        <li><button type="button" class="place" aria-pressed={chosen === undefined} disabled={!isOpen} onClick={() => { page.choose(undefined) }}><span class="title">All rooms</span></button></li>
        {rooms.map(({ here, hidden, locked, room, topic }) => (
          <li key={room}>
            <button type="button" class="place" aria-pressed={room === chosen} disabled={!isOpen} title={topic} onClick={() => { page.choose(room) }}>
              <span class="title"><bdi>#{room}</bdi></span>
              {(locked || hidden) && <small>{[...(locked ? ["locked"] : []), ...(hidden ? ["hidden"] : [])].join(", ")}</small>}
              <span class="count" aria-label={`${here.toLocaleString("en")} here`}>{here.toLocaleString("en")}</span>
            </button>
          </li>
        ))}
      </ul>
      {total > rooms.length && <p class="quiet">and {(total - rooms.length).toLocaleString("en")} more</p>}
    </section>
  )
}

const Guests = ({ page: { chosen, link, people: { people: all, total: everybody }, rooms: { rooms } }, remove }: { readonly page: DeskPage; readonly remove: (guest: Guest) => void }): JSX.Element => {
  const [sought, setSought] = useState("")
  const wanted = fold(sought.trim())
  const people = chosen === undefined ? all : all.filter(({ rooms: theirs }) => theirs.includes(chosen))
  const total = chosen === undefined ? everybody : (rooms.find(({ room }) => room === chosen)?.here ?? people.length)
  const found = people.filter(({ address, name }) => fold(`${name} ${address}`).includes(wanted))
  const listed = found.slice(0, mostListed)
  const more = found.length - listed.length + (total - people.length)
  return (
    <section class="guests" aria-labelledby="guests">
      <h2 id="guests"><span>People</span> <span>{total.toLocaleString("en")}</span></h2>
      {people.length > crowd && <input class="search" placeholder="Find somebody" aria-label="Find somebody" autocomplete="off" value={sought} onInput={(event) => { setSought(event.currentTarget.value) }} />}
      {total === 0 && <p class="quiet">Nobody is here.</p>}
      <ul>
        {listed.map((guest) => (
          <li key={guest.id} class="guest">
            <Initial name={guest.name} />
            <span class="who"><bdi class={`name ${hueOf(guest.name)}`}>{guest.name}</bdi><small>{guest.client} · {guest.address}</small></span>
            {link.phase._tag === "Open" && <button type="button" class="button small danger" aria-label={`Remove ${guest.name}`} onClick={() => { remove(guest) }}>Remove</button>}
          </li>
        ))}
      </ul>
      {more > 0 && <p class="quiet">and {more.toLocaleString("en")} more</p>}
    </section>
  )
}
