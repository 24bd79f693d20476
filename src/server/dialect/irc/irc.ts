import type { Dialect, Hearing } from "../Dialect.ts"
import { type Capabilities, sharedKey } from "./Capabilities.ts"
import { encodeShared } from "./encode.ts"
import { IrcInterpreter } from "./IrcInterpreter.ts"
import { line } from "./lines.ts"
import { MarksOfAccounts } from "./marks.ts"
import { framer, overWebSocket, type Subprotocol } from "./overWebSocket.ts"

/** As servers of IRC have it: clients sleep on phones and behind slow links, and count on that. */
const silences = { pingAfter: 90_000, pingEvery: 60_000, goneAfter: 240_000 }

/**
 * IRC, as its clients speak it: see `docs/wire/irc.md`. For each set of
 * capabilities that changes what a whole room is told there is one dialect, in
 * which that is encoded once; what is told to one alone is encoded for that one.
 * `subprotocol`: how its lines travel over a WebSocket, where they do. `marks`: how
 * far people have read, whichever way they come.
 */
export const makeIrc = ({ serverName: server }: Pick<Hearing, "serverName">, subprotocol?: Subprotocol, marks = new MarksOfAccounts()): Dialect => {
  const forms = new Map<string, Dialect>()
  const formOf = (capabilities: Capabilities): Dialect => {
    const key = sharedKey(capabilities)
    const known = forms.get(key)
    if (known !== undefined) return known
    const form = { server, capabilities: new Set(key.split(" ")) }
    const dialect: Dialect = {
      name: "irc",
      client: "irc",
      encode: (event) => encodeShared(event, form),
      ...(subprotocol === undefined ? {} : { frame: framer(subprotocol) }),
      ping: () => line(`PING :${server}`),
      silences,
      open: (hearing) => {
        const interpreter = new IrcInterpreter(hearing, formOf, marks)
        return subprotocol === undefined ? interpreter : overWebSocket(interpreter, subprotocol)
      }
    }
    forms.set(key, dialect)
    return dialect
  }
  return formOf(new Set())
}
