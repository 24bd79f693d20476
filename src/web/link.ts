/** The link to this room, for others. */
export class RoomLink {
  readonly #changed: () => void
  #shown: string | undefined

  /** `changed` is called when it is shown, and when it is not any more. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** The link, while it is shown to be copied by hand. */
  get shown(): string | undefined {
    return this.#shown
  }

  /** Copies the link, and calls `copied`; where the browser forbids that, as it does on pages that came over plain HTTP, the link is shown to be copied by hand. */
  copy(copied: () => void): void {
    const link = `${location.origin}/`
    const show = () => {
      this.#shown = link
      this.#changed()
    }
    if (window.isSecureContext) void navigator.clipboard.writeText(link).then(copied, show)
    else show()
  }

  /** The link has been seen. */
  hide(): void {
    this.#shown = undefined
    this.#changed()
  }
}
