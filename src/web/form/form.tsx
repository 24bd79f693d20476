import type { InputHTMLAttributes, JSX } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { defaults } from "../../client/screen/defaults.ts"
import type { Answers, Outcome } from "../../client/screen/formMessages.ts"
import { Icon, Mark } from "../icons.tsx"
import { answersKept } from "../memory.ts"
import type { Behind } from "./behind.ts"

type Wrong = Pick<Extract<Outcome, { readonly _tag: "Wrong" }>, "field" | "words">

/** `Over`: there is no program behind the form any more, in words. */
type Phase = { readonly _tag: "Asking" } | { readonly _tag: "Looking" } | { readonly _tag: "Over"; readonly words: string }

const gone = "The program behind this form has ended. Start it again; what stands here is kept until the window is closed."
const unknown = "Nothing knows this form: open it by the link that the program has printed, or start the program again."

/** The form in front of a room that is still to be found: address, port, name. */
export const Form = ({ behind }: { readonly behind: Behind }): JSX.Element => {
  const [answers, setAnswers] = useState<Answers>(answersKept.read())
  const [wrong, setWrong] = useState<Wrong | undefined>(undefined)
  const [phase, setPhase] = useState<Phase>({ _tag: "Asking" })
  const fields = { host: useRef<HTMLInputElement>(null), port: useRef<HTMLInputElement>(null), name: useRef<HTMLInputElement>(null) }
  // Looking is over only with its own outcome: the program ends as soon as it has told where the room is.
  const isLooking = useRef(false)
  const end = (words: string) => {
    if (!isLooking.current) setPhase({ _tag: "Over", words })
  }
  const focus = (field: keyof typeof fields) => {
    fields[field].current?.focus()
    fields[field].current?.select()
  }

  useEffect(() => {
    behind.attend((given) => {
      // What somebody had typed before a reload is more than what the program was given.
      setAnswers((typed) => (typed.host + typed.port + typed.name === "" ? given : typed))
    }).then(() => { end(gone) }, () => { end(unknown) })
  }, [])
  useLayoutEffect(() => {
    answersKept.write(answers)
  }, [answers])
  useLayoutEffect(() => {
    focus(wrong?.field ?? "name")
  }, [wrong])

  const look = () => {
    if (isLooking.current || phase._tag === "Over") return
    isLooking.current = true
    setPhase({ _tag: "Looking" })
    behind.find(answers).then(
      (outcome) => {
        if (outcome._tag === "Found") {
          // In the place of the form, to which nobody can go back: its program has ended.
          location.replace(outcome.location)
          return
        }
        isLooking.current = false
        setPhase({ _tag: "Asking" })
        setWrong({ ...outcome })
      },
      () => {
        isLooking.current = false
        end(gone)
      }
    )
  }
  const words = phase._tag === "Over" ? phase.words : wrong?.words
  const field = (id: keyof Answers, attributes: InputHTMLAttributes) => (
    <input {...attributes} id={id} ref={fields[id]} value={answers[id]} spellcheck={false}
      aria-invalid={wrong?.field === id} aria-describedby={wrong?.field === id ? "wrong" : attributes["aria-describedby"]}
      onInput={(event) => { setAnswers({ ...answers, [id]: event.currentTarget.value }) }} />
  )
  const mark = (id: keyof Answers) => (wrong?.field === id ? "" : undefined)
  return (
    <main class="door">
      <form class="card" aria-labelledby="title" noValidate onSubmit={(event) => {
        event.preventDefault()
        look()
      }}>
        <h1 class="mark" id="title"><Mark size={30} /><b>brusio</b></h1>
        <p>A room full of people talking. Pick a name and come in.</p>
        {words !== undefined && <div class="alert" role="alert" id="wrong"><Icon name="alert" /><span>{words}</span></div>}
        <div class="fields">
          <div class="field" data-wrong={mark("host")}>
            <label for="host">Address</label>
            {field("host", { placeholder: defaults.host, autocapitalize: "none", autocomplete: "off" })}
          </div>
          <div class="field" data-wrong={mark("port")}>
            <label for="port">Port</label>
            {field("port", { placeholder: String(defaults.port), inputMode: "numeric", autocomplete: "off" })}
          </div>
          <div class="field wide" data-wrong={mark("name")}>
            <label for="name">Your name</label>
            {field("name", { autocomplete: "nickname", "aria-describedby": "name-hint" })}
            <span class="hint" id="name-hint">Any language, up to 32 characters.</span>
          </div>
        </div>
        <button class="button primary" aria-disabled={phase._tag !== "Asking"}>{phase._tag === "Looking" ? "Looking for the room …" : wrong === undefined ? "Join the room" : "Try again"}</button>
        <p class="foot">Nothing is stored. Who comes later does not see what was said.</p>
      </form>
    </main>
  )
}
