/** The server's behaviour differs from the model: the soak has failed. */
export class Difference extends Error {
  override readonly name = "Difference"
}
