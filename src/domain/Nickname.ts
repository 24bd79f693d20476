import * as Schema from "effect/Schema"
import { Refusal } from "./Refusal.ts"
import { invisible } from "./invisible.ts"
import { defaultLimits, type NameLimits } from "./NameLimits.ts"
import { type Rule, rules } from "./nameRules.ts"
import { segmenter } from "./segmenter.ts"
import { withoutPiles } from "./Text.ts"

export { defaultLimits, limited, mostGraphemes, type NameLimits } from "./NameLimits.ts"

/**
 * A name that is safe to show: NFC, trimmed, of a length within its
 * {@link NameLimits}, with nothing invisible in it.
 */
export const Nickname = Schema.NonEmptyString.pipe(Schema.brand("Nickname"))
export type Nickname = typeof Nickname.Type

/** The identity of a name, see {@link key}: names with one key are the same name, and only one member can bear it. */
export const NameKey = Schema.String.pipe(Schema.brand("NameKey"))
export type NameKey = typeof NameKey.Type

/** A key with `_` for each blank: dialects whose names are words write a name so. */
export const oneWord = (key: NameKey): NameKey => NameKey.make(key.replaceAll(" ", "_"))

/** Names that nobody may bear, as their bearer would seem to speak for the server. */
export const reserved: ReadonlySet<string> = new Set(["server", "system"])

// In UTF-16 code units. More of a name is refused or cut before it is normalised, as normalising costs more the longer its input is.
const maxRawLength = ({ nameBytes }: NameLimits): number => 2 * nameBytes

const tooLong = ({ nameBytes, nameGraphemes }: NameLimits) =>
  new Refusal({
    code: "name-too-long",
    message: `A name has at most ${nameGraphemes} characters and ${nameBytes} bytes.`
  })

const utf8 = new TextEncoder()

// ZWJ and ZWNJ between letters or emoji, a variation selector after one, and
// the tags of a subdivision flag: these are part of how a name is written.
const joiner =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])[\u200c\u200d](?=[\p{L}\p{M}\p{Extended_Pictographic}])|(?<=(?!\p{Variation_Selector})[\p{L}\p{M}\p{Extended_Pictographic}])\p{Variation_Selector}|(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]+\u{e007f}/gu
const strayJoiner = /[\u200c\u200d]|\p{Variation_Selector}/gu
// A letter, a number, a sign: what is more than marks and spaces.
const visible = new RegExp(`(?![${invisible}])[\\p{L}\\p{N}\\p{P}\\p{S}]`, "u")

// Edits the pieces of a name between its joiners, and keeps the joiners: only
// the pieces can hold what is stray or not allowed.
const between = (name: string, edit: (piece: string) => string): string => {
  let result = ""
  let end = 0
  for (const match of name.matchAll(joiner)) {
    result += edit(name.slice(end, match.index)) + match[0]
    end = match.index + match[0].length
  }
  return result + edit(name.slice(end))
}

// Repeated to a fixed point: a character that is taken out can bring two others
// together that compose, or leave a joiner with nothing to join.
const normalise = (raw: string): string => {
  const name = withoutPiles(between(raw.normalize("NFC"), (piece) => piece.replace(strayJoiner, "")))
    .normalize("NFC")
    .trim()
  return name === raw ? name : normalise(name)
}

const kept = (name: string, { isOfPieces = false, keep }: Rule): string => (isOfPieces ? between(name, keep) : keep(name))

// Repeated to a fixed point: where a name is cut, the character that is cut off may be the one that had made the others before it allowed, such as the tag that ends a flag.
const allowed = (raw: string): string => {
  const name = normalise(rules.reduce(kept, raw))
  return name === raw ? name : allowed(name)
}

const graphemeCount = (name: string): number => [...segmenter().segment(name)].length
const byteLength = (name: string): number => utf8.encode(name).length

// The first grapheme clusters of a name, as many as a name may have: segmentation is the dearest part of reading a name, and a line may be long.
const clustersOf = (name: string, { nameGraphemes }: NameLimits): ReadonlyArray<string> => {
  const clusters: Array<string> = []
  for (const { segment } of segmenter().segment(name)) if (clusters.push(segment) >= nameGraphemes) break
  return clusters
}

// As many of these grapheme clusters as fit before `room` more characters of one byte each.
const head = (clusters: ReadonlyArray<string>, { nameBytes, nameGraphemes }: NameLimits, room = 0): string => {
  let bytes = nameBytes - room
  let end = 0
  for (const cluster of clusters.slice(0, Math.max(0, nameGraphemes - room))) {
    bytes -= byteLength(cluster)
    if (bytes < 0) break
    end += cluster.length
  }
  return clusters.join("").slice(0, end)
}

// Printable ASCII without a colon, and single spaces within: each character is one byte, one grapheme cluster, and its own normal form.
const ordinary = /^[!-9;-~]+(?: [!-9;-~]+)*$/u

// The same without what the rules on names are about.
const plainly = /^(?!#)[\w.,'"&+#@$%^?;`~-]+(?: [\w.,'"&+#@$%^?;`~-]+)*$/u

/** The fast path, for most names: whether a name is valid by the rules of ASCII alone, without Unicode's tables. */
const isOrdinary = (name: string, { nameBytes, nameGraphemes }: NameLimits): boolean =>
  name.length <= Math.min(nameBytes, nameGraphemes) && plainly.test(name)

/** Reads a name as a program sent it: the normalised name, or the refusal that says why it cannot be one. */
export const parse = (raw: string, limits = defaultLimits): Nickname | Refusal => {
  if (isOrdinary(raw, limits)) return Nickname.make(raw)
  // NFC can be longer than what it is made of.
  if (raw.length > maxRawLength(limits) || raw.normalize("NFC").length > maxRawLength(limits)) return tooLong(limits)
  const name = normalise(raw)
  if (!visible.test(name)) {
    return new Refusal({ code: "name-empty", message: "A name needs at least one character that can be seen." })
  }
  const broken = rules.find((rule) => kept(name, rule) !== name)
  if (broken !== undefined) return new Refusal({ code: "name-not-allowed", message: broken.words })
  if (byteLength(name) > limits.nameBytes || graphemeCount(name) > limits.nameGraphemes) return tooLong(limits)
  return Nickname.make(name)
}

/**
 * The nearest name to what was typed: what is not allowed is taken out, what is
 * too long is cut. `undefined` when nothing is left.
 */
export const lenient = (raw: string, limits = defaultLimits): Nickname | undefined => {
  if (isOrdinary(raw, limits)) return Nickname.make(raw)
  const most = maxRawLength(limits)
  const start = raw.slice(0, most).toWellFormed().normalize("NFC").slice(0, most)
  // Once without what can never stand in a name, no more is looked at than can be left of it: a code unit is a byte at least.
  const near = kept(start, rules[0]).trimStart().slice(0, limits.nameBytes)
  const name = allowed(head(clustersOf(allowed(near), limits), limits))
  return visible.test(name) ? Nickname.make(name) : undefined
}

const fold = (text: string): string =>
  text.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "").toUpperCase().toLowerCase()

/** A name as its {@link key} has it, but for the spaces around and within it. */
export const folded = (name: string): string => (ordinary.test(name) ? name.toLowerCase() : fold(fold(name)).normalize("NFKC"))

/**
 * The key under which names are the same: two names that differ only in case,
 * compatibility form, joiners or the width of their spaces have one key.
 */
export const key = (name: string): NameKey => NameKey.make(spaced(folded(name)))

/**
 * The key of a name with a word behind it, of the key of that name and the
 * {@link folded} word. No form of a word depends on another word, so what several
 * names begin with needs to be folded only once.
 */
export const withWord = (before: NameKey, word: string): NameKey => {
  const after = spaced(word)
  return before === "" || after === "" ? NameKey.make(before + after) : NameKey.make(`${before} ${after}`)
}

const spaced = (name: string): string => name.replace(/\s+/gu, " ").trim()

/** The longest that a key can be, UTF-16 code units: of no character are there more than six for each of its bytes, and U+FDFA has as many. */
export const longestKey = ({ nameBytes }: NameLimits): number => 6 * nameBytes

/** The name, cut so that so many more characters, of one byte each, fit behind it within the limits: one for each of `rooms`, which ascend. Empty where nothing is left. */
export const cuts = (name: Nickname, rooms: ReadonlyArray<number>, limits = defaultLimits): ReadonlyArray<string> => {
  // Few names are so long that they have to be cut, and those are cut from one list of their clusters, as telling them apart costs most.
  if (name.length + (rooms.at(-1) ?? 0) <= Math.min(limits.nameGraphemes, limits.nameBytes / 3)) return rooms.map(() => name)
  const clusters = clustersOf(name, limits)
  return rooms.map((room) => {
    const cut = normalise(head(clusters, limits, room))
    return rules.reduce(kept, cut) === cut ? cut : allowed(cut)
  })
}

/** The name with this suffix of ASCII; the name is cut so that the whole stays within the limits. */
export const withSuffix = (name: Nickname, suffix: string, limits = defaultLimits): Nickname =>
  Nickname.make(`${cuts(name, [suffix.length], limits).join("")}${suffix}`)
