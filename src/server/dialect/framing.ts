const utf8 = new TextEncoder()
const NUL = 0
const lineBreaks = [10, 13]

// The length of what follows, padded with spaces or zeros to a fixed width: on the right, on the left.
const headers = /^(?:(\d{1,8}) {2,63}| {2,63}(\d{1,8})|(0\d{3,15}))/u
const headerAlone = /^(?=.{8,64}$)(?:\d{1,8} {4,}| {4,}\d{1,8})$/u

/** How long a text is, as the programs of tutorials count: in bytes, or in characters. */
const measures: ReadonlyArray<(character: string) => number> = [(character) => utf8.encode(character).length, () => 1]

/**
 * The payloads of a text that a program has framed: before each stands its
 * length, padded to a fixed width, such as `3         ada`. `undefined` for a
 * text that is not framed: where one length is not right, it is no frame. A header
 * whose payload comes later is a frame with none.
 */
export const payloads = (text: string): ReadonlyArray<string> | undefined => {
  if (headerAlone.test(text)) return []
  if (!headers.test(text)) return undefined
  for (const measure of measures) {
    const found = payloadsBy(text, measure)
    if (found !== undefined) return found
  }
  return undefined
}

const payloadsBy = (text: string, measure: (character: string) => number): ReadonlyArray<string> | undefined => {
  const found: Array<string> = []
  let rest = text
  while (rest !== "") {
    const header = headers.exec(rest)
    if (header === null) return undefined
    const length = Number(header[1] ?? header[2] ?? header[3])
    const start = header[0].length
    const end = endOf(rest, start, length, measure)
    if (length === 0 || end === undefined) return undefined
    found.push(rest.slice(start, end))
    rest = rest.slice(end)
  }
  return found
}

// The index behind so much text from the start on; `undefined` where the text is shorter, or a character would be cut.
const endOf = (text: string, start: number, length: number, measure: (character: string) => number): number | undefined => {
  let left = length
  let end = start
  for (const character of text.slice(start)) {
    if (left <= 0) break
    left -= measure(character)
    end += character.length
  }
  return left === 0 ? end : undefined
}

/**
 * The parts of one read between NULs that end a message: those between two parts
 * of at least two bytes. All other NULs pad, or stand at every second byte of
 * UTF-16. A read with a line end in it is one part, as is one without a NUL.
 */
export const parts = (read: Uint8Array): ReadonlyArray<Uint8Array> => {
  if (!read.includes(NUL) || lineBreaks.some((lineBreak) => read.includes(lineBreak))) return [read]
  const found: Array<Uint8Array> = []
  let start = 0
  // Where the words before the NULs start: at the last NUL, or where the part does.
  let words = 0
  for (let end = read.indexOf(NUL); end >= 0; end = read.indexOf(NUL, words)) {
    let next = end
    while (read[next] === NUL) next += 1
    const following = read.indexOf(NUL, next)
    const isEnd = end - words >= 2 && (following < 0 ? read.length : following) - next >= 2
    if (isEnd) {
      found.push(read.subarray(start, next))
      start = next
    }
    words = next
  }
  found.push(read.subarray(start))
  return found
}
