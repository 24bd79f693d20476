/** What happened is not what the model says: the soak has failed. */
export class Difference extends Error {
  override readonly name = "Difference"
}
