/**
 * A QR code for a terminal, of rows as `qrRows` makes them: two in one row of the
 * terminal. Each cell is an upper half block, whose colour is the upper
 * module and whose background the lower one: black on white whatever colours the
 * terminal has, and without a blank, where a row could be broken.
 */
export const drawQr = (rows: ReadonlyArray<string>): string => {
  const drawn: Array<string> = []
  for (let y = 0; y < rows.length; y += 2) {
    const [upper = "", lower = ""] = rows.slice(y, y + 2)
    let last = ""
    const cells = Array.from(upper, (module, x) => {
      const colours = `\u001b[38;5;${colour(module)};48;5;${colour(lower[x])}m`
      const cell = `${colours === last ? "" : colours}▀`
      last = colours
      return cell
    })
    drawn.push(`${cells.join("")}\u001b[0m\n`)
  }
  return drawn.join("")
}

// Black and white of the fixed part of the palette of 256: the first 16 are whatever the terminal's theme makes of them.
const colour = (module: string | undefined): number => (module === "1" ? 16 : 231)
