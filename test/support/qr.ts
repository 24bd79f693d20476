/** The modules of a QR code that was drawn with half blocks in black and white: rows of `0` and `1`, as many as there are halves of rows. Colours hold from one row to the next. */
export const modulesOf = (drawn: string): ReadonlyArray<string> => {
  let [front, back] = ["?", "?"]
  return drawn.split("\n").filter((line) => line.includes("▀")).flatMap((line) => {
    let [upper, lower] = ["", ""]
    for (const [, parameters, block] of line.matchAll(/\u001b\[([\d;]*)m|(▀)/gu)) {
      if (block !== undefined) {
        upper += front
        lower += back
      } else {
        front = moduleIn(/38;5;(\d+)/u.exec(parameters ?? "")) ?? front
        back = moduleIn(/48;5;(\d+)/u.exec(parameters ?? "")) ?? back
      }
    }
    return [upper, lower]
  })
}

const moduleIn = (found: RegExpExecArray | null): string | undefined => (found === null ? undefined : found[1] === "16" ? "1" : found[1] === "231" ? "0" : "?")
