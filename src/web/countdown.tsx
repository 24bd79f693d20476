import type { JSX } from "preact"
import { useEffect, useState } from "preact/hooks"

/** How often the seconds are counted down, ms. */
const second = 1000

/** When the next try to connect is: at `until`, ms of `performance.now()`, or now. `kept` says what is not lost. */
export const Countdown = ({ kept, until }: { readonly until: number | undefined; readonly kept: string }): JSX.Element => {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = window.setInterval(() => {
      tick((count) => count + 1)
    }, second)
    return () => {
      clearInterval(timer)
    }
  }, [])
  const seconds = until === undefined ? 0 : Math.ceil((until - performance.now()) / second)
  return <span>{seconds > 0 ? `Trying again in ${seconds} s; ${kept}.` : `Trying again; ${kept}.`}</span>
}
