import type { JSX } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { Composer, type ComposerInput } from "../composer.tsx"
import { Countdown } from "../countdown.tsx"
import { useFrames } from "../frames.ts"
import { Icon, Mark } from "../icons.tsx"
import { Tool } from "../tool.tsx"
import { Bar } from "./bar.tsx"
import { CloseDialog, RemoveDialog } from "./dialogs.tsx"
import type { Phase } from "./link.ts"
import { draftKept } from "./memory.ts"
import type { DeskPage, Guest } from "./page.ts"
import { Side } from "./side.tsx"

/** What the window asks before it does it. */
type Question = { readonly _tag: "Close" } | { readonly _tag: "Remove"; readonly guest: Guest }

/** All that the operator's window shows, but for the events, which are drawn by themselves. */
export const Desk = ({ page }: { readonly page: DeskPage }): JSX.Element => {
  useFrames(page.frames)
  const { phase } = page.link
  // Once it was open, what has happened can be read whatever comes.
  return phase._tag === "Denied" && page.opened === undefined ? <Closed words={phase.words} /> : <Room page={page} />
}

const Closed = ({ words }: { readonly words: string }): JSX.Element => (
  <main class="door shut">
    <div class="card">
      <h1 class="mark"><Mark size={30} /><b>brusio</b></h1>
      <p>The window of whoever runs the room.</p>
      <div class="alert" role="alert"><Icon name="alert" /><span>{words}</span></div>
    </div>
  </main>
)

const Room = ({ page }: { readonly page: DeskPage }): JSX.Element => {
  const { events, link } = page
  const isOpen = link.phase._tag === "Open"
  const over = overOf(link.phase)
  const [question, ask] = useState<Question | undefined>(undefined)
  const [showsSide, setShowsSide] = useState(false)
  const log = useRef<HTMLElement>(null)
  const input = useRef<ComposerInput | undefined>(undefined)
  useLayoutEffect(() => {
    if (log.current !== null) events.show(log.current)
    input.current?.focus()
    const shortcut = (event: KeyboardEvent) => {
      if (event.key === "Escape") setShowsSide(false)
      if (!(event.ctrlKey || event.metaKey) || event.key !== "k") return
      event.preventDefault()
      document.getElementById("find")?.focus()
    }
    document.addEventListener("keydown", shortcut)
    return () => {
      document.removeEventListener("keydown", shortcut)
    }
  }, [])
  const commands = (page.opened?.commands ?? []).map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))
  return (
    <main class="desk" data-side={showsSide ? "" : undefined}>
      <header class="top">
        <span class="mark"><Mark size={22} /><b>brusio</b></span>
        <div class="where">
          <h1>The room</h1>
          <span class="state" role="status"><span class={isOpen ? "dot" : "dot off"} />{stateOf(link.phase, page.opened?.address)}</span>
        </div>
        <div class="tools">
          <Tool icon="moon" label="Dark or light" act={() => { page.toggleTheme() }} />
          <button type="button" class="button bare sheet-toggle" aria-label="Room and people" aria-expanded={showsSide} onClick={() => { setShowsSide(!showsSide) }}><Icon name="people" /></button>
          {isOpen && <button type="button" class="button danger" aria-label="Close the room" onClick={() => { ask({ _tag: "Close" }) }}><span>Close<span class="wide"> the room</span></span></button>}
        </div>
      </header>
      <Bar events={events} />
      <section class="events" tabIndex={0} role="log" aria-label="Events" aria-live="off" ref={log} />
      {showsSide && <div class="shade" onClick={() => { setShowsSide(false) }} />}
      <Side page={page} remove={(guest) => { ask({ _tag: "Remove", guest }) }} />
      <div class="say">
        <div class="inner">
          {events.missed > 0 && (
            <button type="button" class="button small jump" onClick={() => { events.toEnd() }}>
              <Icon name="down" size={15} /> {events.missed === 1 ? "1 new event" : `${events.missed.toLocaleString("en")} new events`}
            </button>
          )}
          <Strips page={page} />
          <Composer
            label={page.chosen === undefined ? "Say something to everybody, as the server" : `Say something in #${page.chosen}, as the server`}
            hint={page.hint}
            commands={commands}
            known={() => ({ names: page.people.people.map(({ name }) => name) })}
            isReady={isOpen}
            over={over}
            attach={(attached) => {
              input.current = attached
              attached.fill(draftKept.read())
            }}
            submit={(line) => { page.submit(line) }}
            submitLines={(lines) => { page.submitLines(lines) }}
            changed={(draft) => { draftKept.write(draft) }}
            toEnd={() => { events.toEnd() }}
          />
          <ol class="sr" aria-live="polite" aria-label="Answers">{page.answers.map((answer, index) => <li key={index}>{answer}</li>)}</ol>
        </div>
      </div>
      {question?._tag === "Close" && <CloseDialog isReady={isOpen} people={page.status?.people ?? page.people.total} done={(reason) => {
        ask(undefined)
        if (reason !== undefined) page.close(reason)
      }} />}
      {question?._tag === "Remove" && <RemoveDialog isReady={isOpen} guest={question.guest} done={(reason) => {
        ask(undefined)
        if (reason === undefined) return
        page.remove(question.guest, reason)
        // The button that had the focus goes with its person.
        input.current?.focus()
      }} />}
    </main>
  )
}

// Why nothing can be said in this window any more.
const overOf = ({ _tag }: Phase): string | undefined =>
  _tag === "Over" ? "The room has closed: nobody is here to say something to" : _tag === "Denied" ? "This window is shut: nothing can be said in it" : undefined

const stateOf = ({ _tag }: Phase, address: string | undefined): string => {
  switch (_tag) {
    case "Open":
      return `open at ${address ?? ""}`
    case "Opening":
      return "connecting"
    case "Over":
      return "closed"
    case "Lost":
    case "Denied":
      return "not connected"
  }
}

// What has to be known above the input: the connection is gone, the room has closed, or stays open after all.
const Strips = ({ page }: { readonly page: DeskPage }): JSX.Element => {
  const { phase } = page.link
  return (
    <>
      {phase._tag === "Lost" && (
        <div class="strip" role="alert">
          <strong>The connection is gone.</strong>
          <Countdown until={phase.retryAt} kept="what has happened can be read here" />
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.link.retry() }}>Try now</button>
        </div>
      )}
      {phase._tag === "Denied" && <div class="strip" role="alert"><strong>This window is shut.</strong> <span>{phase.words}</span></div>}
      {phase._tag === "Over" && <div class="strip" role="alert"><strong>The room has closed: {phase.reason}</strong> <span>What has happened can still be read here. To open a room again, start brusio once more.</span></div>}
      {phase._tag === "Open" && page.chosen !== undefined && (
        <div class="strip" role="status">
          <span>You speak and act in <strong><bdi>#{page.chosen}</bdi></strong>.</span>
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.choose(undefined) }}>In all rooms again</button>
        </div>
      )}
      {phase._tag === "Open" && page.isBack && (
        <div class="strip ask" role="alert">
          <strong>You are back in time: the room stays open.</strong>
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.acknowledge() }}>Good</button>
        </div>
      )}
    </>
  )
}
