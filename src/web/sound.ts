/** A short sound of two tones. It is made here: the page's policy lets it load no media. */
export const makeBell = (): (() => void) => {
  let context: AudioContext | undefined
  let rangAt = -Infinity
  return () => {
    const now = performance.now()
    // Many mentions in a second are one sound.
    if (now - rangAt < 1000) return
    rangAt = now
    context ??= new AudioContext()
    const { currentTime, destination } = context
    const gain = context.createGain()
    gain.gain.setValueAtTime(0.12, currentTime)
    gain.gain.exponentialRampToValueAtTime(0.001, currentTime + 0.35)
    gain.connect(destination)
    for (const [delay, frequency] of [[0, 660], [0.09, 880]] as const) {
      const tone = context.createOscillator()
      tone.frequency.value = frequency
      tone.connect(gain)
      tone.start(currentTime + delay)
      tone.stop(currentTime + 0.35)
    }
  }
}
