import type { JSX } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { type CommandWord, completion } from "../client/screen/completion.ts"
import { hueOf } from "./line.ts"
import { Icon } from "./icons.tsx"

/** How many completions are shown at once. */
const mostShown = 8

/** How many lines the history keeps. */
const mostKept = 200

/** What the input needs of the page. */
export interface ComposerProps {
  /** What the input is for, in its place while it is empty. */
  readonly label: string
  /** What stands below it. */
  readonly hint: string
  readonly commands: ReadonlyArray<CommandWord>
  /** What can be completed besides commands: names of people and rooms. */
  readonly known: () => Omit<Parameters<typeof completion>[0], "commands">
  /** Whether lines can be submitted now; what is typed waits otherwise. */
  readonly isReady?: boolean
  /** Why nothing can be typed any more, for the input's place; what was typed stays to be read and copied. */
  readonly over?: string | undefined
  /** Called once, with the way to the input: what it holds, and how to change that. */
  readonly attach: (input: ComposerInput) => void
  readonly submit: (line: string) => void
  readonly submitLines: (lines: ReadonlyArray<string>) => void
  readonly changed: (draft: string) => void
  /** Escape was pressed where nothing else wanted it. */
  readonly toEnd: () => void
}

/** The input, as the page sees it. */
export interface ComposerInput {
  readonly draft: () => string
  readonly fill: (text: string) => void
  /** Puts text where the cursor is. */
  readonly insert: (text: string) => void
  readonly focus: () => void
}

interface Choice {
  readonly from: number
  readonly candidates: ReadonlyArray<string>
  readonly chosen: number
}

const linesOf = (text: string): ReadonlyArray<string> => text.split(/\r\n?|\n/u).filter((line) => line.trim() !== "")

/** The line being typed: history, completion, several lines that are asked for once. */
export const Composer = ({ attach, changed, commands, hint, isReady = true, known, label, over, submit, submitLines, toEnd }: ComposerProps): JSX.Element => {
  const area = useRef<HTMLTextAreaElement>(null)
  const [draft, setDraft] = useState("")
  const [choice, setChoice] = useState<Choice | undefined>(undefined)
  const [asked, setAsked] = useState<ReadonlyArray<string> | undefined>(undefined)
  const history = useRef<{ lines: ReadonlyArray<string>; at: number; own: string }>({ lines: [], at: 0, own: "" })

  const fill = (text: string) => {
    const input = area.current
    if (input === null) return
    input.value = text
    input.setSelectionRange(text.length, text.length)
    setDraft(text)
    setChoice(undefined)
    setAsked(undefined)
    changed(text)
  }
  useLayoutEffect(() => {
    attach({
      draft: () => area.current?.value ?? "",
      fill,
      insert: (text) => {
        const input = area.current
        if (input === null) return
        input.setRangeText(text, input.selectionStart, input.selectionEnd, "end")
        setDraft(input.value)
        changed(input.value)
        input.focus()
      },
      focus: () => area.current?.focus()
    })
  }, [])

  const candidatesAt = (): Omit<Choice, "chosen"> | undefined => {
    const input = area.current
    if (input === null || input.selectionStart !== input.selectionEnd) return undefined
    const before = input.value.slice(0, input.selectionStart)
    const { candidates, from } = completion({ ...known(), commands })(before)
    return candidates.length === 0 ? undefined : { from, candidates }
  }
  const accept = ({ candidates, chosen, from }: Choice) => {
    const input = area.current
    const text = candidates[chosen]
    if (input === null || text === undefined) return
    input.setRangeText(text, from, input.selectionStart, "end")
    setDraft(input.value)
    setChoice(undefined)
    changed(input.value)
    input.focus()
  }
  // While an `@` or a command is being typed, what it can become is shown by itself; all other words wait for Tab.
  const offer = () => {
    const input = area.current
    const before = input?.value.slice(0, input.selectionStart) ?? ""
    const offers = /^\/\S*$/u.test(before) || /(?:^|\s)@[^\s@]*$/u.test(before)
    const found = offers ? candidatesAt() : undefined
    setChoice(found === undefined ? undefined : { ...found, chosen: 0 })
  }

  const keep = (line: string) => {
    const { lines } = history.current
    const all = lines.at(-1) === line ? lines : [...lines, line].slice(-mostKept)
    history.current = { lines: all, at: all.length, own: "" }
  }
  const send = () => {
    const text = area.current?.value ?? ""
    const lines = linesOf(text)
    if (lines.length === 0 || !isReady || over !== undefined) return
    if (lines.length > 1 && asked === undefined) {
      setAsked(lines)
      return
    }
    fill("")
    for (const line of lines) keep(line)
    const [only, ...more] = lines
    if (only !== undefined && more.length === 0) submit(only)
    else submitLines(lines)
  }
  const recall = (step: -1 | 1): boolean => {
    const { at, lines, own } = history.current
    const next = at + step
    if (next < 0 || next > lines.length) return false
    const typed = at === lines.length ? (area.current?.value ?? "") : own
    fill(next === lines.length ? typed : (lines[next] ?? ""))
    history.current = { lines, at: next, own: typed }
    return true
  }

  const key = (event: KeyboardEvent) => {
    const input = area.current
    if (input === null || event.isComposing || over !== undefined) return
    if (choice !== undefined) {
      const { length } = choice.candidates
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
      if (step !== 0) {
        event.preventDefault()
        setChoice({ ...choice, chosen: (choice.chosen + step + length) % length })
        return
      }
      const isWhole = input.value.slice(choice.from, input.selectionStart).trimEnd() === choice.candidates[choice.chosen]?.trimEnd()
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !isWhole)) {
        event.preventDefault()
        accept(choice)
        return
      }
      if (event.key === "Escape") {
        event.preventDefault()
        setChoice(undefined)
        return
      }
    }
    switch (event.key) {
      case "Enter":
        if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        send()
        break
      case "Tab": {
        if (event.shiftKey || input.value === "") return
        const found = candidatesAt()
        if (found === undefined) return
        event.preventDefault()
        if (found.candidates.length === 1) accept({ ...found, chosen: 0 })
        else setChoice({ ...found, chosen: 0 })
        break
      }
      case "ArrowUp":
        if (!event.shiftKey && !input.value.slice(0, input.selectionStart).includes("\n") && recall(-1)) event.preventDefault()
        break
      case "ArrowDown":
        if (!event.shiftKey && !input.value.slice(input.selectionEnd).includes("\n") && recall(1)) event.preventDefault()
        break
      case "Escape":
        if (asked !== undefined) setAsked(undefined)
        else toEnd()
        break
    }
  }

  // The chosen one is always among those that are shown.
  const first = choice === undefined ? 0 : Math.max(0, choice.chosen - mostShown + 1)
  return (
    <>
      {choice !== undefined && over === undefined && (
        <ul class="complete" role="listbox" id="choices" aria-label="Completions">
          {choice.candidates.slice(first, first + mostShown).map((candidate, place) => {
            const index = first + place
            const shown = candidate.trim()
            return (
              <li key={shown} id={`choice-${index}`} role="option" aria-selected={index === choice.chosen}
                onMouseDown={(event) => {
                  event.preventDefault()
                  accept({ ...choice, chosen: index })
                }}>
                {shown.startsWith("/") ? <span>{shown}</span> : <bdi class={`name ${hueOf(shown.replace(/^@|:$/gu, ""))}`}>{shown}</bdi>}
                {index === choice.chosen && <small><kbd>Tab</kbd></small>}
              </li>
            )
          })}
          {choice.candidates.length > first + mostShown && <li role="presentation" class="quiet">{choice.candidates.length - first - mostShown} more</li>}
        </ul>
      )}
      {asked !== undefined && over === undefined && (
        <div class="strip ask" role="alert">
          <strong>These are {asked.length} lines.</strong>
          <span>Each becomes a message of its own.</span>
          <span class="spacer" />
          <button type="button" class="button small" onClick={send}>Send {asked.length} messages</button>
          <button type="button" class="button small" onClick={() => {
            setAsked(undefined)
            area.current?.focus()
          }}>Not yet</button>
        </div>
      )}
      <form class={over === undefined ? undefined : "over"} onSubmit={(event) => {
        event.preventDefault()
        send()
      }}>
        <label class="sr" for="draft">{label}</label>
        <textarea class="draft" id="draft" rows={1} placeholder={over ?? label} readOnly={over !== undefined} ref={area} autocomplete="off" enterkeyhint="send"
          aria-autocomplete="list" aria-controls={choice === undefined ? undefined : "choices"} aria-activedescendant={choice === undefined ? undefined : `choice-${choice.chosen}`}
          onKeyDown={key}
          onInput={(event) => {
            setDraft(event.currentTarget.value)
            setAsked(undefined)
            offer()
            changed(event.currentTarget.value)
          }}
          onBlur={() => {
            setChoice(undefined)
          }} />
        <button class="button primary send" aria-label="Send" disabled={!isReady || over !== undefined || draft.trim() === ""}><Icon name="send" /></button>
      </form>
      <div class="below">
        {over === undefined && <span><kbd>Enter</kbd> sends · <kbd>Tab</kbd> completes names · <kbd>/</kbd> shows what you can type</span>}
        <span>{over === undefined ? hint : ""}</span>
      </div>
    </>
  )
}
