/** The most characters of a password, so that what a stranger sends as one is cheap to check. */
export const maxPasswordLength = 1024

/** The most UTF-16 code units that are looked at as a password: its characters may have their accents apart. */
const maxRawLength = 4 * maxPasswordLength

/**
 * A password as it is compared, whatever keyboard, file or program it came from:
 * NFC, and without byte order marks at its start, which most decoders drop.
 * `undefined` for one that is too long.
 */
export const normalised = (password: string): string | undefined => {
  if (password.length > maxRawLength) return undefined
  const composed = password.normalize("NFC")
  // A password of nothing but marks is not the same as none.
  const whole = composed.replace(/^\ufeff+(?=.)/su, "")
  return whole.length > maxPasswordLength ? undefined : whole
}
