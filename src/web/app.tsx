import type { JSX } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { hereIn, mentionsIn, unreadIn } from "../client/screen/rooms.ts"
import { Composer, type ComposerInput } from "./composer.tsx"
import { Countdown } from "./countdown.tsx"
import { Door } from "./door.tsx"
import { EnterRoom } from "./enterRoom.tsx"
import { useFrames } from "./frames.ts"
import { Icon, Mark } from "./icons.tsx"
import { People } from "./people.tsx"
import type { Page } from "./page.ts"
import { countWords, Rooms } from "./rooms.tsx"
import { Tool } from "./tool.tsx"

/** All that the page shows, but for the log, whose lines are drawn by themselves. */
export const App = ({ page }: { readonly page: Page }): JSX.Element => {
  useFrames(page.frames)
  const { phase } = page.visit
  if (phase._tag === "Door" || (phase._tag === "Entering" && page.visit.talk.conversation === undefined)) {
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
  const { phase, talk: { conversation } } = page.visit
  const [sheet, setSheet] = useState<"people" | "rooms" | undefined>(undefined)
  const logs = useRef<HTMLDivElement>(null)
  const input = useRef<ComposerInput | undefined>(undefined)
  const { hasRooms } = page
  const room = conversation?.room ?? "lobby"
  const { topic } = page.visit.talk.places.find((place) => place.room === room) ?? {}
  const unread = conversation === undefined ? 0 : unreadIn(conversation)
  const mentions = conversation === undefined ? 0 : mentionsIn(conversation)
  const here = conversation === undefined ? 0 : hereIn(conversation)
  const isOver = phase._tag === "Over"
  useLayoutEffect(() => {
    if (logs.current !== null) page.openLogs(logs.current)
  }, [])
  useLayoutEffect(() => {
    if (!isOver) input.current?.focus()
  }, [isOver])
  useLayoutEffect(() => {
    const shortcut = (event: KeyboardEvent) => {
      // What Alt makes of a digit depends on the keyboard: the key counts. AltGr, which types characters, is Alt and Ctrl.
      const [, digit] = /^Digit([1-9])$/u.exec(event.code) ?? []
      if (digit !== undefined && event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && page.hasRooms && !page.joining.isOpen) {
        event.preventDefault()
        page.chooseNumber(Number(digit))
        return
      }
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "k") return
      event.preventDefault()
      setSheet("people")
      document.getElementById("search")?.focus()
    }
    document.addEventListener("keydown", shortcut)
    return () => {
      document.removeEventListener("keydown", shortcut)
    }
  }, [])
  return (
    <main class="room" data-rooms={hasRooms && !isOver ? "" : undefined} data-sheet={isOver ? undefined : sheet} data-over={isOver ? "" : undefined}>
      <header class="top">
        <span class="mark"><Mark size={22} /><b>brusio</b></span>
        <div class="where">
          <h1>{room === "" ? "no room" : room}</h1>
          {topic !== undefined && <bdi class="topic" title={topic}>{topic}</bdi>}
          <span class="state" role="status"><span class={phase._tag === "Room" ? "dot" : "dot off"} />{phase._tag === "Room" ? `${here} here` : "not connected"}</span>
        </div>
        <div class="tools">
          {page.liking.canNotify && <Tool icon="bell" label="Notifications" pressed={page.liking.notifies} act={() => { page.liking.toggleNotifications() }} wide />}
          <Tool icon={page.liking.sounds ? "sound" : "silent"} label="Sound" pressed={page.liking.sounds} act={() => { page.liking.toggleSound() }} wide />
          <Tool icon="moon" label="Dark or light" act={() => { page.liking.toggleTheme() }} wide />
          {!isOver && (
            <>
              <Tool icon="share" label="Copy the link to this room" act={() => { page.copyLink() }} />
              {hasRooms
                ? <button type="button" class="button bare sheet-toggle" aria-label={unread === 0 ? "Rooms" : `Rooms${countWords({ mentions, unread })}`} aria-expanded={sheet === "rooms"} onClick={() => { setSheet(sheet === "rooms" ? undefined : "rooms") }}><Icon name="rooms" />{unread > 0 && <span class={mentions > 0 ? "count called" : "count"} aria-hidden="true">{Math.min(unread, 99)}</span>}</button>
                : <Tool icon="plus" label="Another room" act={() => { page.joining.open() }} />}
              <button type="button" class="button bare sheet-toggle" aria-label="People" aria-expanded={sheet === "people"} onClick={() => { setSheet(sheet === "people" ? undefined : "people") }}><Icon name="people" /></button>
              <Tool icon="leave" label={hasRooms ? "Leave the chat" : "Leave the room"} act={() => { page.visit.leave() }} />
            </>
          )}
        </div>
      </header>
      {hasRooms && !isOver && <Rooms page={page} done={() => { setSheet(undefined) }} />}
      <div class="logs" ref={logs}
        onClick={(event) => {
          const name = event.target instanceof HTMLElement ? event.target.dataset["name"] : undefined
          if (name !== undefined) page.call(name)
        }} />
      {sheet !== undefined && !isOver && <div class="shade" onClick={() => { setSheet(undefined) }} />}
      <div class="say">
        <div class="inner">
          {page.missed > 0 && (
            <button type="button" class="button small jump" onClick={() => { page.toEnd() }}>
              <Icon name="down" size={15} /> {page.missed === 1 ? "1 new message" : `${page.missed} new messages`}
            </button>
          )}
          <Strips page={page} />
          <Composer
            label={room === "" ? "Type /join ROOM to enter a room" : hasRooms ? `Message to #${room}` : `Message to the ${room}`}
            hint={page.hint}
            commands={page.commands}
            over={isOver ? "You are not in the room: come in again to say something" : undefined}
            attach={(attached) => {
              input.current = attached
              page.attach(attached)
            }}
            known={() => page.known}
            submit={(line) => { page.submit(line) }}
            submitLines={(lines) => { page.visit.talk.submitLines(lines) }}
            changed={(draft) => { page.keep(draft) }}
            toEnd={() => { page.toEnd() }}
          />
        </div>
      </div>
      {!isOver && (
        <People {...page.visit.talk.around} here={phase._tag === "Room" ? here : undefined} me={conversation?.me} call={(member) => {
          setSheet(undefined)
          page.call(member.name)
        }} />
      )}
      {page.joining.isOpen && <EnterRoom joining={page.joining} entered={() => input.current?.focus()} />}
    </main>
  )
}

// What has to be known above the input: the connection is gone, the room has closed, lines whose fate is unknown.
const Strips = ({ page }: { readonly page: Page }): JSX.Element => {
  const { phase, talk: { unsent } } = page.visit
  const unknown = unsent.filter(({ state }) => state === "unknown").length
  return (
    <>
      {page.link.shown !== undefined && phase._tag !== "Over" && (
        <div class="strip ask">
          <label for="link">Who opens this link is in this room:</label>
          <input id="link" class="link" readOnly value={page.link.shown} onFocus={(event) => { event.currentTarget.select() }} />
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
          <button type="button" class="button small" onClick={() => { page.visit.talk.sendUnknown() }}>Send again</button>
          <button type="button" class="button small" onClick={() => { page.visit.talk.dropUnknown() }}>Forget</button>
        </div>
      )}
    </>
  )
}
