/** How often a node writes something, ms: a heartbeat where there is nothing else. */
export const beat = 1000

/** After how long a silence a node is given up, ms of the log's clock. */
export const ttl = 10_000

/** How much of the time between two records counts at most, ms: while the engine is away nobody can be heard, and nobody is given up for that. */
export const gap = 2000

/** How long who founds a fresh log waits for nodes that return, ms of the log's clock. */
export const grace = 3000

/** How long a node that asks for the state waits until it is sent once more, ms of the log's clock. */
export const resend = 3000

/** How far back the log is kept for those who are behind when the engine has forgotten it, ms. */
export const span = 60_000

/** How often the states of all nodes are compared, ms of the log's clock. */
export const checkpoint = 10_000

/** By how much the log's clock moves between the timestamps of two records, ms. */
export const step = (before: number, after: number): number => Math.min(Math.max(after - before, 0), gap)
