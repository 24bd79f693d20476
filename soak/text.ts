import type { Random } from "./Random.ts"

const words = ["hello", "Grüße", "naïve", "привет", "日本語", "مرحبا", "😀", "👩‍👩‍👧", "tea?", "ok", "{}", "\"quoted\"", "\\", "100%"]

/** A random message, unique by `mark`, its first word. With `mayBeLong`, one in fifty has 300 words. */
export const text = (random: Random, mark: string, mayBeLong: boolean): string => {
  const count = mayBeLong && random.chance(0.02) ? 300 : 1 + random.below(8)
  return [mark, ...Array.from({ length: count }, () => random.pick(words) ?? "")].join(" ")
}
