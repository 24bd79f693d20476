/** What one run is about. */
export interface Plan {
  readonly clients: number
  /** Messages a second in all; without one, as many as the server takes. */
  readonly rate?: number
}

export const title = ({ clients, rate }: Plan): string =>
  `${clients} clients, ${rate === undefined ? "saturated" : `${rate}/s`}`
