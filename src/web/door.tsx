import type { JSX } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { Icon, Mark } from "./icons.tsx"

/** The form in front of the room. */
export const Door = ({ enter, isEntering, name, needsPassword, wrong }: {
  readonly name: string
  readonly wrong: string | undefined
  readonly needsPassword: boolean
  readonly isEntering: boolean
  readonly enter: (name: string, password: string | undefined) => void
}): JSX.Element => {
  const nameInput = useRef<HTMLInputElement>(null)
  const passwordInput = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    const first = needsPassword ? passwordInput.current : nameInput.current
    first?.focus()
    first?.select()
  }, [needsPassword, wrong])
  return (
    <main class="door">
      <form class="card" aria-labelledby="title" onSubmit={(event) => {
        event.preventDefault()
        const chosen = nameInput.current?.value.trim() ?? ""
        if (chosen !== "" && !isEntering) enter(chosen, passwordInput.current?.value)
      }}>
        <h1 class="mark" id="title"><Mark size={30} /><b>brusio</b></h1>
        <p>A room full of people talking. Pick a name and come in.</p>
        {wrong !== undefined && <div class="alert" role="alert"><Icon name="alert" /><span>{wrong}</span></div>}
        <div class="fields">
          <div class="field wide">
            <label for="name">Your name</label>
            <input id="name" ref={nameInput} defaultValue={name} autocomplete="nickname" spellcheck={false} required aria-describedby="name-hint" />
            <span class="hint" id="name-hint">Any language, up to 32 characters.</span>
          </div>
          {needsPassword && (
            <div class="field wide">
              <label for="password">Password</label>
              <input id="password" type="password" ref={passwordInput} autocomplete="off" aria-describedby="password-hint" />
              <span class="hint" id="password-hint">This room has one: ask whoever opened it.{isSecureContext ? "" : " It is sent unencrypted."}</span>
            </div>
          )}
        </div>
        <button class="button primary" aria-disabled={isEntering}>{isEntering ? "Coming in …" : wrong === undefined ? "Join the room" : "Try again"}</button>
        <p class="foot">Nothing is stored. Who comes later does not see what was said.</p>
      </form>
    </main>
  )
}
