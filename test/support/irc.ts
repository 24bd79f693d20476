import * as Effect from "effect/Effect"
import { connect, type Peer } from "./Peer.ts"

/** Says lines of IRC, and reads up to the answer to a ping behind them: without that one, and without the name of the server. */
export const says = (peer: Peer, ...lines: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    yield* peer.send([...lines, "PING :end"].map((line) => `${line}\r\n`).join(""))
    const heard: Array<string> = []
    for (;;) {
      const line = (yield* peer.line).trimEnd()
      if (/^(?:@\S+ )?:brusio PONG brusio :end$/u.test(line)) return heard
      heard.push(line.replace(/^:brusio /u, ""))
    }
  })

/** A client of IRC that has come in, with these capabilities. */
export const ircClient = (port: number, nick: string, capabilities = "") =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* says(peer, `CAP REQ :${capabilities}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END")
    return peer
  })
