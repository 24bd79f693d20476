import { TLSSocket } from "node:tls"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { encrypt } from "../../../net/encrypt.ts"
import { CutOff, type ReadError } from "../../../net/Errors.ts"
import { silence } from "../../../net/Inbox.ts"
import type { Tcp } from "../../../net/Tcp.ts"
import { monotonicMillis } from "../../../net/clock.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import { Turnstile } from "../../session/Turnstile.ts"
import { Certificate } from "./Certificate.ts"
import { offersHttp, recordLength } from "./clientHello.ts"

/** Takes a connection through the handshake whose first bytes, `heard`, are of TLS. From then on it is read and written as before, and encrypted. */
type ShakeHands = (connection: Tcp, heard: ReadonlyArray<Uint8Array>) => Effect.Effect<void, ReadError>

/** How TLS is spoken at a door. */
export interface Tls {
  readonly shakeHands: ShakeHands
  /** Whether clients are to find the server trusted by an authority. */
  readonly isOfAuthority: boolean
}

/** How many handshakes are begun in one turn of the event loop: each computes for about half a millisecond, and who is in the room is heard in between. */
const perTurn = 2

const failed = (reason: string): CutOff => new CutOff({ code: "not-for-us", reason })

/**
 * How this server speaks TLS; `undefined` where it has no {@link Certificate}.
 * A handshake has `handshakeWithin` to be over, from its first byte on. Nothing is
 * computed for it before the client's hello is here whole, and then in its turn.
 */
export const makeTls = Effect.gen(function* () {
  const certificate = Option.getOrUndefined(yield* Effect.serviceOption(Certificate))
  const { closeGrace, handshakeWithin } = yield* ServerConfig
  const turnstile = new Turnstile(perTurn)

  const tooLate = failed(`its TLS handshake was not over within ${handshakeWithin / 1000} s`)

  // Waits until the first record is here whole.
  const hello = Effect.fnUntraced(function* (connection: Tcp, heard: ReadonlyArray<Uint8Array>, until: number) {
    let bytes = Buffer.concat(heard)
    for (;;) {
      const length = recordLength(bytes)
      if (length === 0 || (length !== undefined && bytes.length >= length)) return bytes
      const read = yield* connection.read(Math.max(0, until - (yield* monotonicMillis)))
      if (read === silence) return yield* Effect.fail(tooLate)
      if (!(read instanceof Uint8Array)) return yield* Effect.fail(read)
      bytes = Buffer.concat([bytes, read])
    }
  })

  if (certificate === undefined) return undefined
  const shakeHands: ShakeHands = Effect.fnUntraced(function* (connection, heard) {
    const until = (yield* monotonicMillis) + handshakeWithin
    const bytes = yield* hello(connection, heard, until)
    // A turn that nobody waits for any more passes unused.
    yield* Effect.uninterruptible(turnstile.pass)
    const { context } = yield* certificate.current
    const asks = !offersHttp(bytes)
    const handshake = encrypt(connection, [bytes], {
      done: "secure",
      // A certificate of the client's is one to be known again by: nobody has to vouch for it.
      wrap: (socket) => new TLSSocket(socket, { isServer: true, secureContext: context, requestCert: asks, rejectUnauthorized: false })
    }).pipe(
      Effect.mapError((lost) => (lost.reason === undefined ? lost : failed(`its TLS handshake failed (${lost.code})`))),
      Effect.timeoutFail({ duration: Math.max(0, until - (yield* monotonicMillis)), onTimeout: () => tooLate })
    )
    // Where the server closes meanwhile, the client can be told so only once the handshake is over.
    const fiber = yield* Effect.forkDaemon(handshake)
    const finish = Effect.zipRight(Effect.timeoutOption(Fiber.await(fiber), closeGrace), Fiber.interrupt(fiber))
    yield* Effect.onInterrupt(Fiber.join(fiber), () => finish)
  })
  return { shakeHands, isOfAuthority: certificate.isOfAuthority } satisfies Tls
})
