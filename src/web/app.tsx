import type { JSX } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { commandWords } from "../client/screen/intent.ts"
import { hereIn } from "../client/screen/rooms.ts"
import { Composer, type ComposerInput } from "./composer.tsx"
import { Countdown } from "./countdown.tsx"
import { Door } from "./door.tsx"
import { useFrames } from "./frames.ts"
import { Icon, Mark } from "./icons.tsx"
import { People } from "./people.tsx"
import type { Page } from "./page.ts"
import { Tool } from "./tool.tsx"

/** All that the page shows, but for the log, whose lines are drawn by themselves. */
export const App = ({ page }: { readonly page: Page }): JSX.Element => {
  useFrames(page.frames)
  const { phase } = page.visit
  if (phase._tag === "Door" || (phase._tag === "Entering" && page.visit.conversation === undefined)) {
    return (
      <Door
        name={page.suggestedName}
        wrong={phase._tag === "Door" ? phase.wrong : undefined}
        needsPassword={phase._tag === "Door" ? phase.needsPassword : page.needsPassword}
        isEntering={phase._tag === "Entering"}
        enter={(name, password) => {
          page.enter(name, password)
        }}
      />
    )
  }
  return <Room page={page} />
}

const Room = ({ page }: { readonly page: Page }): JSX.Element => {
  const { conversation, phase } = page.visit
  const [showsPeople, setShowsPeople] = useState(false)
  const log = useRef<HTMLElement>(null)
  const input = useRef<ComposerInput | undefined>(undefined)
  const room = conversation?.room ?? "lobby"
  const here = conversation === undefined ? 0 : hereIn(conversation)
  const isOver = phase._tag === "Over"
  useLayoutEffect(() => {
    if (log.current !== null) page.openLog(log.current)
  }, [])
  useLayoutEffect(() => {
    if (!isOver) input.current?.focus()
  }, [isOver])
  useLayoutEffect(() => {
    const shortcut = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "k") return
      event.preventDefault()
      setShowsPeople(true)
      document.getElementById("search")?.focus()
    }
    document.addEventListener("keydown", shortcut)
    return () => {
      document.removeEventListener("keydown", shortcut)
    }
  }, [])
  return (
    <main class="room" data-people={showsPeople && !isOver ? "" : undefined} data-over={isOver ? "" : undefined}>
      <header class="top">
        <span class="mark"><Mark size={22} /><b>brusio</b></span>
        <div class="where">
          <h1>{room}</h1>
          <span class="state" role="status"><span class={phase._tag === "Room" ? "dot" : "dot off"} />{phase._tag === "Room" ? `${here} here` : "not connected"}</span>
        </div>
        <div class="tools">
          {page.canNotify && <Tool icon="bell" label="Notifications" pressed={page.notifies} act={() => { page.toggleNotifications() }} wide />}
          <Tool icon={page.sounds ? "sound" : "silent"} label="Sound" pressed={page.sounds} act={() => { page.toggleSound() }} wide />
          <Tool icon="moon" label="Dark or light" act={() => { page.toggleTheme() }} wide />
          {!isOver && (
            <>
              <Tool icon="share" label="Copy the link to this room" act={() => { page.copyLink() }} />
              <button type="button" class="button bare sheet-toggle" aria-label="People" aria-expanded={showsPeople} onClick={() => { setShowsPeople(!showsPeople) }}><Icon name="people" /></button>
              <Tool icon="leave" label="Leave the room" act={() => { page.visit.leave() }} />
            </>
          )}
        </div>
      </header>
      <section class="log" tabIndex={0} role="log" aria-label="Conversation" aria-live="polite" aria-relevant="additions" ref={log}
        onClick={(event) => {
          const name = event.target instanceof HTMLElement ? event.target.dataset["name"] : undefined
          if (name !== undefined) page.call(name)
        }} />
      {showsPeople && !isOver && <div class="shade" onClick={() => { setShowsPeople(false) }} />}
      <div class="say">
        <div class="inner">
          {page.missed > 0 && (
            <button type="button" class="button small jump" onClick={() => { page.toEnd() }}>
              <Icon name="down" size={15} /> {page.missed === 1 ? "1 new message" : `${page.missed} new messages`}
            </button>
          )}
          <Strips page={page} />
          <Composer
            label={`Message to the ${room}`}
            hint={page.hint}
            commands={commandWords}
            over={isOver ? "You are not in the room: come in again to say something" : undefined}
            attach={(attached) => {
              input.current = attached
              page.attach(attached)
            }}
            names={() => page.others.map(({ name }) => name)}
            submit={(line) => { page.submit(line) }}
            submitLines={(lines) => { page.visit.submitLines(lines) }}
            changed={(draft) => { page.keep(draft) }}
            toEnd={() => { page.toEnd() }}
          />
        </div>
      </div>
      {!isOver && (
        <People members={page.visit.members} here={phase._tag === "Room" ? here : undefined} me={conversation?.me} call={(member) => {
          setShowsPeople(false)
          page.call(member.name)
        }} />
      )}
    </main>
  )
}

// What has to be known above the input: the connection is gone, the room has closed, lines whose fate is unknown.
const Strips = ({ page }: { readonly page: Page }): JSX.Element => {
  const { phase, unsent } = page.visit
  const unknown = unsent.filter(({ state }) => state === "unknown").length
  return (
    <>
      {page.shared !== undefined && phase._tag !== "Over" && (
        <div class="strip ask">
          <label for="link">Who opens this link is in this room:</label>
          <input id="link" class="link" readOnly value={page.shared} onFocus={(event) => { event.currentTarget.select() }} />
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.hideLink() }}>Done</button>
        </div>
      )}
      {phase._tag === "Lost" && (
        <div class="strip" role="alert">
          <strong>The connection is gone.</strong>
          {phase.why !== undefined && <span>{phase.why}</span>}
          <Countdown until={phase.retryAt} kept="what you type is kept" />
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.visit.retry() }}>Try now</button>
        </div>
      )}
      {phase._tag === "Over" && (
        <div class="strip" role="alert">
          <strong>{page.ended ?? phase.words}</strong>
          <span>What was said can still be read here.</span>
          <span class="spacer" />
          {phase.code === "resumed"
            ? <button type="button" class="button small" onClick={() => { page.enterAsNew() }}>Come in as somebody new</button>
            : <button type="button" class="button small" onClick={() => { page.enterAgain() }}>Come in again</button>}
        </div>
      )}
      {unknown > 0 && phase._tag === "Room" && (
        <div class="strip" role="alert">
          <strong>{unknown === 1 ? "One line" : `${unknown} lines`} of yours may not have arrived.</strong>
          <span class="spacer" />
          <button type="button" class="button small" onClick={() => { page.visit.sendUnknown() }}>Send again</button>
          <button type="button" class="button small" onClick={() => { page.visit.dropUnknown() }}>Forget</button>
        </div>
      )}
    </>
  )
}
