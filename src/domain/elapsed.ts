const two = (n: number): string => String(n).padStart(2, "0")

/** Seconds as people read them: `0:01:40`. */
export const elapsed = (seconds: number): string => {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}
