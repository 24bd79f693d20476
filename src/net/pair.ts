import { duplexPair } from "node:stream"
import { formatAddress } from "./address.ts"
import { ByteStream } from "./ByteStream.ts"

/** The address of a peer in the same process. */
const address = formatAddress("in-process", 0)

/**
 * The two ends of a connection within the process. `maxUnheard` is how many bytes
 * wait for a busy reader at each end; `onClose` runs once the first end has closed; `from`: the
 * address of whoever is behind the second end, where that is somebody outside of the process.
 */
export const pair = (maxUnheard: number, onClose: () => void, from = address): readonly [ByteStream, ByteStream] => {
  const [one, other] = duplexPair({ allowHalfOpen: true })
  one.once("close", onClose)
  // As with a socket, an end that is destroyed takes the other with it.
  one.once("close", () => other.destroy())
  other.once("close", () => one.destroy())
  return [new ByteStream(one, from, maxUnheard), new ByteStream(other, address, maxUnheard)]
}
