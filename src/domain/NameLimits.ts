/** How long a name may be. */
export interface NameLimits {
  /** Grapheme clusters: characters as a reader counts them. */
  readonly nameGraphemes: number
  /** Bytes of UTF-8. */
  readonly nameBytes: number
}

/** The limits of names with so many characters: four bytes of UTF-8 for each. */
export const limited = (nameGraphemes: number): NameLimits => ({ nameGraphemes, nameBytes: 4 * nameGraphemes })

/** How long a name may be by default. */
export const defaultLimits: NameLimits = limited(32)

/** The most characters that a server can be set to allow in a name. */
export const mostGraphemes = 64
