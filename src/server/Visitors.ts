import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { Connection } from "../net/Connection.ts"

/** The connections over which somebody only looks at the page: they have no place in the room, and nobody is behind them who has no name. */
export class Visitors extends Context.Tag("brusio/Visitors")<Visitors, Set<Connection>>() {}

/** Nobody looks at the page. */
export const layer = Layer.sync(Visitors, () => new Set<Connection>())
