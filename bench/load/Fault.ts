/** A message was lost, doubled, corrupted or out of order, or a connection ended: the run has failed. */
export class Fault extends Error {
  override readonly name = "Fault"
}
