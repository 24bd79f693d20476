/** A room that several servers share, which composes into another program: start with `Cluster.layer`. */
export * as Cluster from "./public.ts"
export * as Engine from "./Engine.ts"
export * as Errors from "./Errors.ts"
export type { NatsSettings } from "./NatsSettings.ts"
