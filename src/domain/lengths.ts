const units = [
  { name: "hour", millis: 3_600_000 },
  { name: "minute", millis: 60_000 },
  { name: "second", millis: 1000 }
] as const

/** How long something lasts, in words: `30 minutes`, `1 hour`. In the largest unit that counts it to within a tenth, and never less than it is. */
export const lengthOf = (millis: number): string => {
  const unit = units.find(({ millis: each }) => millis >= each && (Math.ceil(millis / each) * each - millis) * 10 <= millis) ?? units[2]
  const count = Math.max(1, Math.ceil(millis / unit.millis))
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`
}
