import type { JSX } from "preact"
import { Icon } from "./icons.tsx"

/** A button that is an icon. `wide`: it has no place on a phone. */
export const Tool = ({ act, icon, label, pressed, wide = false }: {
  readonly icon: Parameters<typeof Icon>[0]["name"]
  readonly label: string
  readonly act: () => void
  readonly pressed?: boolean
  readonly wide?: boolean
}): JSX.Element => (
  <button type="button" class={`button bare${wide ? " wide" : ""}`} aria-label={label} title={label} aria-pressed={pressed} onClick={act}>
    <Icon name={icon} />
  </button>
)
