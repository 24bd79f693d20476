/** What a push consumer tells of a record besides its bytes. */
export interface Delivered {
  readonly seq: number
  /** ms since 1970. */
  readonly time: number
}

/**
 * Reads the reply subject of a delivered message:
 * `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQ.CONSUMERSEQ.NANOSECONDS.PENDING`, with the
 * domain and the account behind `ACK` in the newer form of it.
 */
export const delivered = (reply: string | undefined): Delivered | undefined => {
  const tokens = reply?.split(".") ?? []
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined
  const at = tokens.length === 9 ? 5 : 7
  const [seq, , nanoseconds] = tokens.slice(at, at + 3)
  if (seq === undefined || nanoseconds === undefined) return undefined
  // Too large for a number; the last six digits are below a millisecond.
  const record = { seq: Number(seq), time: Number(nanoseconds.slice(0, -6)) }
  return Number.isSafeInteger(record.seq) && Number.isSafeInteger(record.time) ? record : undefined
}
