import type { JSX } from "preact"

const paths = {
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0",
  sound: "M4 10v4h3l5 4V6l-5 4zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  silent: "M4 10v4h3l5 4V6l-5 4zM16 9.5l5 5M21 9.5l-5 5",
  moon: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z",
  share: "M12 3v12M8 7l4-4 4 4M5 12v7a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-7",
  people: "M5.5 8a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.5M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  leave: "M14 8V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-3M9 12h12M18 9l3 3-3 3",
  send: "M12 19V5M5 12l7-7 7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  lock: "M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3",
  rooms: "M9.5 4L7.5 20M16.5 4l-2 16M4 9h16.5M3.5 15H20",
  plus: "M12 5v14M5 12h14",
  alert: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 8v5M12 16.5v.01"
} as const

/** An icon of the page. It says nothing by itself: the button that it is in has a label. */
export const Icon = ({ name, size = 18 }: { readonly name: keyof typeof paths; readonly size?: number }): JSX.Element => (
  <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
)

/** The sign of the program: a hum. */
export const Mark = ({ size }: { readonly size: number }): JSX.Element => (
  <svg viewBox="0 0 32 32" width={size} height={size} fill="none" stroke="currentColor" stroke-width="3.2" stroke-linecap="round" aria-hidden="true">
    <path d="M3 16h2.5M9.5 11v10M15 5v22M20.5 9.5v13M26 13.5v5" />
  </svg>
)
