import { type Taste, taste } from "./memory.ts"
import { makeBell } from "./sound.ts"
import { otherTheme, showTheme } from "./theme.ts"

/** How somebody likes the page, in this browser: its theme, whether it makes sounds and shows notifications, and the name given last. */
export class Liking {
  readonly #changed: () => void
  readonly #ring = makeBell()
  #taste = taste.read()

  /** `changed` is called when any of it has changed. */
  constructor(changed: () => void) {
    this.#changed = changed
    showTheme(this.#taste.theme)
  }

  get name(): string | undefined {
    return this.#taste.name
  }

  get sounds(): boolean {
    return this.#taste.sound ?? true
  }

  /** Browsers give notifications only to pages that came over an encrypted way, or from this machine. */
  get canNotify(): boolean {
    return "Notification" in window && window.isSecureContext
  }

  get notifies(): boolean {
    return this.canNotify && (this.#taste.notifications ?? false) && Notification.permission === "granted"
  }

  /** The name that was given. */
  keepName(name: string): void {
    this.#like({ name })
  }

  toggleSound(): void {
    this.#like({ sound: !this.sounds })
  }

  toggleNotifications(): void {
    if (this.notifies) {
      this.#like({ notifications: false })
      return
    }
    void Notification.requestPermission().then((answer) => {
      this.#like({ notifications: answer === "granted" })
    })
  }

  toggleTheme(): void {
    const theme = otherTheme(this.#taste.theme)
    this.#like({ theme })
    showTheme(theme)
  }

  /** Sounds, where that is liked. */
  ring(): void {
    if (this.sounds) this.#ring()
  }

  /** Shows a notification to whoever has looked away, where that is liked. */
  notify(title: string, body: string): void {
    if (this.notifies && !document.hasFocus()) new Notification(title, { body: body.slice(0, 200), tag: "brusio" })
  }

  #like(change: Taste): void {
    this.#taste = { ...this.#taste, ...change }
    taste.write(this.#taste)
    this.#changed()
  }
}
