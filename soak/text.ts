import type { Random } from "./Random.ts"

const words = ["hello", "Grüße", "naïve", "привет", "日本語", "مرحبا", "😀", "👩‍👩‍👧", "tea?", "ok", "{}", "\"quoted\"", "\\", "100%"]

/** Something to say that nobody has said before: its first word is its mark. Now and then it is long. */
export const text = (random: Random, mark: string, mayBeLong: boolean): string => {
  const count = mayBeLong && random.chance(0.02) ? 300 : 1 + random.below(8)
  return [mark, ...Array.from({ length: count }, () => random.pick(words) ?? "")].join(" ")
}
