import type { JSX } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { Icon } from "./icons.tsx"
import type { Joining } from "./joining.ts"

/** Asks which other room is entered: by its name, or one of those that there are. `entered` is called once one is there. */
export const EnterRoom = ({ entered, joining }: { readonly joining: Joining; readonly entered: () => void }): JSX.Element => {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useRef<HTMLInputElement>(null)
  const word = useRef<HTMLInputElement>(null)
  const { isIn, rooms, wrong } = joining
  useLayoutEffect(() => {
    dialog.current?.showModal()
    name.current?.focus()
  }, [])
  useLayoutEffect(() => {
    if (isIn) dialog.current?.close()
  }, [isIn])
  return (
    <dialog class="dialog" aria-labelledby="enter" ref={dialog} onClose={() => {
      joining.close()
      if (isIn) entered()
    }}>
      <form onSubmit={(event) => {
        event.preventDefault()
        if (!joining.isAsking) joining.enter(name.current?.value.trim() ?? "", word.current?.value.trim() ?? "")
      }}>
        <h2 id="enter">Another room</h2>
        {wrong !== undefined && <div class="alert" role="alert"><Icon name="alert" /><span>{wrong}</span></div>}
        <div class="field">
          <label for="room-name">Its name</label>
          <input id="room-name" ref={name} autocomplete="off" spellcheck={false} required aria-describedby="room-hint" />
          <span class="hint" id="room-hint">Where there is none of that name, it is made, and is yours.</span>
        </div>
        <div class="field">
          <label for="room-word">Its word, if it is locked</label>
          <input id="room-word" ref={word} type="password" autocomplete="off" />
        </div>
        {rooms !== undefined && rooms.rooms.length > 0 && (
          <ul class="found" aria-label="Rooms that there are">
            {rooms.rooms.map(({ here, locked, room, topic }) => (
              <li key={room}>
                <button type="button" class="place" onClick={() => {
                  if (name.current !== null) name.current.value = room
                  if (locked && word.current?.value === "") word.current.focus()
                  else joining.enter(room, word.current?.value.trim() ?? "")
                }}>
                  <span class="sign">{locked ? <Icon name="lock" size={13} /> : <span aria-hidden="true">#</span>}</span>
                  <span class="title">{room}{locked && <span class="sr">, locked</span>}{topic !== undefined && <small> {topic}</small>}</span>
                  <small>{here} here</small>
                </button>
              </li>
            ))}
          </ul>
        )}
        {rooms !== undefined && rooms.more > 0 && <p class="quiet">and {rooms.more} more</p>}
        <div class="row">
          <button type="button" class="button" onClick={() => { dialog.current?.close() }}>Stay here</button>
          <button class="button primary" aria-disabled={joining.isAsking}>{joining.isAsking ? "Entering …" : "Enter"}</button>
        </div>
      </form>
    </dialog>
  )
}
