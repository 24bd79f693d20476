/** How long a name may be. */
export interface NameLimits {
  /** Characters, as a reader counts them. */
  readonly nameGraphemes: number
  /** Bytes of UTF-8. */
  readonly nameBytes: number
}

/** The limits of names with so many characters, each of which may have four bytes. */
export const limited = (nameGraphemes: number): NameLimits => ({ nameGraphemes, nameBytes: 4 * nameGraphemes })

/** How long a name may be where nothing else is said. */
export const defaultLimits: NameLimits = limited(32)

/** How many characters a name may have where most is allowed. */
export const mostGraphemes = 64
