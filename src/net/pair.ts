import { duplexPair } from "node:stream"
import { formatAddress } from "./address.ts"
import { ByteStream } from "./ByteStream.ts"

/** Where somebody is who is in the same process. */
const address = formatAddress("in-process", 0)

/**
 * The two ends of a connection within the process. `maxUnheard` is how many
 * bytes wait for a busy reader at each end; `onClose` runs once the first is gone.
 */
export const pair = (maxUnheard: number, onClose: () => void): readonly [ByteStream, ByteStream] => {
  const [one, other] = duplexPair({ allowHalfOpen: true })
  one.once("close", onClose)
  // An end that is gone is no longer there for the other either, as with a socket.
  one.once("close", () => other.destroy())
  other.once("close", () => one.destroy())
  return [new ByteStream(one, address, maxUnheard), new ByteStream(other, address, maxUnheard)]
}
