import type { ComponentChildren, JSX } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { MemberId } from "../../domain/Member.ts"
import { Nickname } from "../../domain/Nickname.ts"
import { lobby } from "../../domain/RoomName.ts"
import { clean, lenient } from "../../domain/Text.ts"
import { textOf, words } from "../../domain/wording.ts"
import { removal } from "../../domain/phrases.ts"
import type { Guest } from "./page.ts"

/** The longest reason, UTF-16 code units: the server cuts longer ones. */
const maxReason = 250

/** What the room is told where its operator gives no reason of their own. */
const plainReason = "closed by its operator"

/** Asks before the room is closed. `done` is told the reason, or nothing where the room stays open. */
export const CloseDialog = ({ done, isReady, people }: { readonly isReady: boolean; readonly people: number; readonly done: (reason: string | undefined) => void }): JSX.Element => (
  <Question
    isReady={isReady}
    title="Close the room?"
    label="Why"
    suggested={plainReason}
    wordsFor={(reason) => textOf(words({ _tag: "Goodbye", at: 0, code: "closing", reason: clean(reason === "" ? plainReason : reason) })[0] ?? [])}
    no="Keep it open"
    yes="Close the room"
    done={(reason) => {
      done(reason === "" ? plainReason : reason)
    }}
  >
    {people === 0 ? "Nobody is here." : people === 1 ? "One person is here. They are told, with your words, and disconnected." : `${people.toLocaleString("en")} people are here. They are told, with your words, and disconnected.`}
  </Question>
)

/** Asks before somebody is sent away. `done` is told the reason, which may be empty, or nothing where they stay. */
export const RemoveDialog = ({ done, guest, isReady }: { readonly isReady: boolean; readonly guest: Guest; readonly done: (reason: string | undefined) => void }): JSX.Element => (
  <Question
    isReady={isReady}
    title={`Remove ${guest.name}?`}
    label="Why (you may leave this empty)"
    suggested=""
    wordsFor={(reason) => textOf(words({ _tag: "Left", seq: 0, at: 0, room: lobby, member: memberOf(guest), code: "removed", reason: clean(removal(lenient(reason))) })[0] ?? [])}
    no="Let them stay"
    yes="Remove"
    done={done}
  >
    {guest.address}, {guest.client}. They are disconnected, and can come back.
  </Question>
)

const memberOf = ({ id, name }: Guest) => ({ id: MemberId.make(id), name: Nickname.make(name) })

// A question with a reason, and the words that people will read.
const Question = ({ children, done, isReady, label, no, suggested, title, wordsFor, yes }: {
  /** Whether the server can be told now; otherwise the question waits, with what was typed. */
  readonly isReady: boolean
  readonly title: string
  readonly children: ComponentChildren
  readonly label: string
  readonly suggested: string
  /** What is read with this reason. */
  readonly wordsFor: (reason: string) => string
  readonly no: string
  readonly yes: string
  readonly done: (reason: string | undefined) => void
}): JSX.Element => {
  const [reason, setReason] = useState(suggested)
  const dialog = useRef<HTMLDialogElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const answer = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    dialog.current?.showModal()
    field.current?.select()
  }, [])
  // However it is closed, Escape included: the browser gives the focus back to where it was.
  const close = (given: string | undefined) => {
    answer.current = given
    dialog.current?.close()
  }
  return (
    <dialog class="dialog" role="alertdialog" aria-labelledby="question" aria-describedby="about" ref={dialog} onClose={() => { done(answer.current) }}>
      <form onSubmit={(event) => {
        event.preventDefault()
        if (isReady) close(reason.trim())
      }}>
        <h2 id="question">{title}</h2>
        <p id="about">{children}</p>
        <div class="field">
          <label for="reason">{label}</label>
          <input id="reason" ref={field} value={reason} maxLength={maxReason} autocomplete="off" aria-describedby="read" onInput={(event) => { setReason(event.currentTarget.value) }} />
        </div>
        <p class="read" id="read">Everybody reads: <q>{wordsFor(reason.trim())}</q></p>
        {!isReady && <p class="alert" role="alert">There is no connection to the room: this waits until there is.</p>}
        <div class="row">
          <button type="button" class="button" onClick={() => { close(undefined) }}>{no}</button>
          <button class="button final" disabled={!isReady}>{yes}</button>
        </div>
      </form>
    </dialog>
  )
}
