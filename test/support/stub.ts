import type { Peer } from "../../src/server/chat/Peer.ts"
import { plain } from "../../src/server/dialect/plain.ts"

/** The way to nobody. */
export const stub: Peer = {
  dialect: plain,
  hasSpoken: true,
  knowsItself: false,
  echo: false,
  decided: () => false,
  send: () => undefined,
  farewell: () => undefined,
  keepAlive: () => undefined,
  supersede: () => undefined,
  remove: () => undefined,
  fail: () => undefined
}
