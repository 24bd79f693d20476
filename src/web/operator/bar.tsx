import type { JSX } from "preact"
import { useState } from "preact/hooks"
import type { Kind } from "./entry.ts"
import type { Events } from "./events.ts"

const chips: ReadonlyArray<{ readonly kind: Kind | undefined; readonly label: string }> = [
  { kind: undefined, label: "Everything" },
  { kind: "messages", label: "Messages" },
  { kind: "presence", label: "Coming and going" },
  { kind: "warnings", label: "Warnings" }
]

/** Which events are shown. */
export const Bar = ({ events }: { readonly events: Events }): JSX.Element => {
  const [kind, setKind] = useState<Kind | undefined>(undefined)
  const [sought, setSought] = useState("")
  const want = (wantedKind: Kind | undefined, wantedWords: string) => {
    setKind(wantedKind)
    setSought(wantedWords)
    events.want({ ...events.wanted, kind: wantedKind, sought: wantedWords })
  }
  return (
    <nav class="bar" aria-label="What is shown">
      {chips.map((chip) => (
        <button key={chip.label} type="button" class="chip" aria-pressed={chip.kind === kind} onClick={() => { want(chip.kind, sought) }}>
          {chip.label} {chip.kind !== undefined && <b>{events.counts[chip.kind].toLocaleString("en")}</b>}
        </button>
      ))}
      <span class="found" role="status">{events.wanted.sought === "" ? "" : `${events.found.toLocaleString("en")} found`}</span>
      <input id="find" type="search" placeholder="Find in the events" aria-label="Find in the events" autocomplete="off" value={sought}
        onInput={(event) => {
          want(kind, event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") want(kind, "")
        }} />
    </nav>
  )
}
