/** Identifies a connection of the chat: a number that is given out once, in which the number of its node stands. */
export type ClientId = number

/** How many connections a node can number. A double holds such numbers of 2^27 nodes exactly. */
const ofNode = 2 ** 26

/** The id of a node's `n`th connection. */
export const clientOf = (node: number, n: number): ClientId => node * ofNode + n

/** The number of the node that has this connection. */
export const nodeOf = (client: ClientId): number => Math.floor(client / ofNode)
