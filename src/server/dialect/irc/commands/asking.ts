/** What a client asks about the server. */
import type { Heard } from "../../Dialect.ts"
import { version } from "../../../../domain/version.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"
import { lusers } from "./operating.ts"

/** The message of the day: there is none. */
export const motd = (): ReadonlyArray<Numeric> => [["422", [], "MOTD File is missing"]]

function* ping(client: Client, [token]: ReadonlyArray<string>): Iterable<Heard> {
  if (token === undefined || token === "") yield client.numeric("409", [], "No origin specified")
  else yield client.look(() => [client.fromServer(`PONG ${client.hearing.serverName} :${token}`)])
}

function* quietly(): Iterable<Heard> {
  // A sign of life, or what means nothing here: it is accepted without a word.
}

/** The commands that ask. */
export const asking: IrcCommands = {
  LUSERS: { least: 0, run: function* (client) { yield client.numerics((asking) => lusers(client, asking)) } },
  MOTD: { least: 0, run: function* (client) { yield client.numerics(motd) } },
  PING: { least: 0, isEarly: true, run: ping },
  PONG: { least: 0, isEarly: true, run: quietly },
  VERSION: { least: 0, run: function* (client) { yield client.numeric("351", [`brusio-${version}`, client.hearing.serverName], "a chat room") } }
}
