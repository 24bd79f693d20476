const paths = {
  dot: "M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  in: "M4 12h13M12 7l5 5-5 5",
  out: "M20 12H7M12 7l-5 5 5 5",
  message: "M4 5h16v11H9l-5 4z",
  lock: "M7 11h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM8 11V8a4 4 0 0 1 8 0v3",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17v.01",
  loud: "M4 10v4h3l7 4V6l-7 4zM18 9a4 4 0 0 1 0 6",
  answer: "M6 5l7 7-7 7M14 19h6"
} as const

/** What an event is, as a sign in front of it. */
export type Sign = keyof typeof paths

const svg = "http://www.w3.org/2000/svg"

/** The sign, for the eye only. */
export const drawSign = (sign: Sign): Element => {
  const path = document.createElementNS(svg, "path")
  path.setAttribute("d", paths[sign])
  const drawn = document.createElementNS(svg, "svg")
  drawn.setAttribute("viewBox", "0 0 24 24")
  drawn.setAttribute("aria-hidden", "true")
  drawn.append(path)
  return drawn
}
