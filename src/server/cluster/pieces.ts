import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { NodeId } from "../../domain/replica/Position.ts"
import type { Connection } from "./connection.ts"

/** The size of a piece: well below what a message may have, and small enough that others get a turn between two. */
const pieceBytes = 256 * 1024

/** How many pieces are on their way at most before the engine has taken them. */
const window = 4

/** How long the engine may take for that, ms: what did not arrive is asked for again. */
const patience = 2000

/** The most pieces of one transfer. */
const piecesAtMost = 1024

/** How many transfers wait to be taken at most; the oldest are dropped. */
const transfersAtMost = 4

/** The size of a piece in an engine with messages of this size. */
const sizeFor = (maxPayload: number): number => Math.min(pieceBytes, maxPayload)

const subjectOf = ({ names }: Connection, node: NodeId): string => names.node(Encoding.encodeBase64Url(node))

/** Sends bytes to one node, in pieces. They may be lost. */
export const send = (connection: Connection, to: NodeId, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { isConnected, nats, packages } = connection
    const size = sizeFor(nats.info?.max_payload ?? pieceBytes)
    const count = Math.max(1, Math.ceil(bytes.length / size))
    const subject = `${subjectOf(connection, to)}.${packages.nuid.next()}`
    const flushed = Effect.promise(() => nats.flush().catch(() => undefined)).pipe(Effect.timeoutOption(patience))
    for (let n = 0; n < count; n++) {
      if (!isConnected()) return
      nats.publish(`${subject}.${n}.${count}`, bytes.subarray(n * size, (n + 1) * size))
      if (n % window === window - 1 || n === count - 1) yield* flushed
    }
  })

/** What is sent to this node, whole, as long as the scope. */
export const received = (connection: Connection, me: NodeId): Effect.Effect<Stream.Stream<Uint8Array>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const mailbox = yield* Mailbox.make<Uint8Array>({ capacity: transfersAtMost, strategy: "sliding" })
    const take = assembler((bytes) => {
      mailbox.unsafeOffer(bytes)
    })
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        connection.nats.subscribe(`${subjectOf(connection, me)}.*.*.*`, {
          callback: (error, message) => {
            if (error === null) take(message.subject, message.data)
          }
        })
      ),
      (subscription) =>
        Effect.zipRight(
          Effect.sync(() => {
            subscription.unsubscribe()
          }),
          mailbox.end
        )
    )
    return Mailbox.toStream(mailbox)
  })

interface Transfer {
  readonly count: number
  readonly pieces: Array<Uint8Array>
}

/** Puts pieces together. One that is missing ends its transfer, as pieces come in order. */
const assembler = (whole: (bytes: Uint8Array) => void): ((subject: string, piece: Uint8Array) => void) => {
  const transfers = new Map<string, Transfer>()
  return (subject, piece) => {
    const [id = "", index = "", total = ""] = subject.split(".").slice(-3)
    const [n, count] = [Number(index), Number(total)]
    if (n === 0 && Number.isInteger(count) && count >= 1 && count <= piecesAtMost) {
      transfers.set(id, { count, pieces: [] })
      for (const oldest of transfers.keys()) if (transfers.size > transfersAtMost) transfers.delete(oldest)
    }
    const transfer = transfers.get(id)
    if (transfer === undefined) return
    if (transfer.count !== count || transfer.pieces.length !== n) {
      transfers.delete(id)
      return
    }
    // A view of what the socket has read would keep all of that.
    transfer.pieces.push(piece.slice())
    if (transfer.pieces.length < count) return
    transfers.delete(id)
    const bytes = new Uint8Array(transfer.pieces.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of transfer.pieces) {
      bytes.set(part, at)
      at += part.length
    }
    whole(bytes)
  }
}
