/** The load of one run. */
export interface Plan {
  readonly clients: number
  /** Messages a second of all clients together; without it, as many as the server takes. */
  readonly rate?: number
  /** How many of them talk, without a rate; 10 where it is not said. */
  readonly talkers?: number
}

/** A plan in words. */
export const title = ({ clients, rate }: Plan): string =>
  `${clients} clients, ${rate === undefined ? "saturated" : `${rate}/s`}`
