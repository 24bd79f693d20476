/**
 * brusio: a chat room in one command, and its parts for other programs.
 *
 * - `brusio/server`: a room, as a layer. Start with `Server.layer`.
 * - `brusio/cluster`: a room that several servers share, as a layer. Start with `Cluster.layer`.
 * - `brusio/client`: a member of a room. Start with `ChatClient.connect`, over
 *   TCP (`TcpDial.layer`) or in the same process as the room ({@link inProcess}).
 * - `brusio/domain`: the chat as pure functions and data: names, texts, commands,
 *   events, and the decisions. No I/O.
 */
export * as client from "./client/index.ts"
export * as cluster from "./server/cluster/index.ts"
export * as domain from "./domain/index.ts"
export { inProcess } from "./inProcess.ts"
export * as server from "./server/index.ts"
