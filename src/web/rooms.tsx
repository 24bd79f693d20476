import type { JSX } from "preact"
import type { Room } from "../client/screen/step.ts"
import { Icon } from "./icons.tsx"
import type { Page } from "./page.ts"

/** How many messages are new, and how many of them name the reader, for who does not see it. */
export const countWords = ({ mentions, unread }: Pick<Room, "mentions" | "unread">): string =>
  `, ${unread} new${mentions === 0 ? "" : mentions === 1 ? ", one names you" : `, ${mentions} name you`}`

const mostShown = 99

/** The rooms that one is in. `done` is called when one of them, or another one, was chosen. */
export const Rooms = ({ done, page }: { readonly page: Page; readonly done: () => void }): JSX.Element => {
  const { conversation, places } = page.visit.talk
  const rooms = conversation?.rooms ?? []
  return (
    <nav class="rooms" aria-label="Rooms">
      <h2>Rooms</h2>
      <ul>
        {rooms.map((room, index) => {
          const { mentions, name, role, unread } = room
          const isCurrent = name === conversation?.room
          const isLocked = places.some((place) => place.room === name && place.locked)
          const hasNew = unread > 0 && !isCurrent
          return (
            <li key={name}>
              <button type="button" class={`place${isCurrent ? " current" : hasNew ? (mentions > 0 ? " called" : " unread") : ""}`}
                aria-current={isCurrent ? "true" : undefined} title={index < 9 ? `Alt+${index + 1}` : undefined}
                onClick={() => {
                  done()
                  page.choose(name)
                }}>
                <span class="sign">{isLocked ? <Icon name="lock" size={13} /> : <span aria-hidden="true">#</span>}</span>
                <bdi class="title">{name}</bdi>
                {hasNew && <span class="count" aria-hidden="true">{unread > mostShown ? `${mostShown}+` : unread}</span>}
                <span class="sr">{isLocked && ", locked"}{role !== "member" && `, you are its ${role}`}{hasNew && countWords(room)}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <button type="button" class="button bare add" onClick={() => {
        done()
        page.joining.open()
      }}>+ Another room</button>
      {rooms.length > 1 && (
        <button type="button" class="button bare add" onClick={() => {
          done()
          page.exit()
        }}>Leave #{conversation?.room}</button>
      )}
    </nav>
  )
}
