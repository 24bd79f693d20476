import { mostChanges } from "../../../domain/command/modes.ts"
import type { Hearing } from "../Dialect.ts"
import { mostAnswered } from "./commands/chathistory.ts"
import { searches } from "./commands/list.ts"

/** What the server tells of itself in 005, in lines of at most 13 tokens. */
export const isupport = ({ history, maxName, serverName }: Pick<Hearing, "history" | "maxName" | "serverName">): ReadonlyArray<ReadonlyArray<string>> => {
  const tokens = [
    "ACCOUNTEXTBAN=a",
    "AWAYLEN=390",
    "BOT=B",
    "CASEMAPPING=ascii",
    "CHANLIMIT=#:16",
    "CHANMODES=beI,k,l,Cimnst",
    "CHANNELLEN=64",
    "CHANTYPES=#",
    ...(history === undefined ? [] : [`CHATHISTORY=${mostAnswered}`]),
    `ELIST=${searches}`,
    "EXCEPTS=e",
    "EXTBAN=,am",
    "INVEX=I",
    "KICKLEN=390",
    "MAXLIST=beI:100",
    `MODES=${mostChanges}`,
    "MONITOR=100",
    ...(history === undefined ? [] : ["MSGREFTYPES=msgid,timestamp"]),
    "NAMELEN=150",
    `NETWORK=${serverName}`,
    `NICKLEN=${maxName}`,
    "PREFIX=(ov)@+",
    "STATUSMSG=@+",
    "TARGMAX=JOIN:,KICK:,LIST:,NAMES:,NOTICE:4,PART:,PRIVMSG:4,WHOIS:1",
    "TOPICLEN=390",
    "UTF8ONLY",
    "WHOX"
  ]
  return Array.from({ length: Math.ceil(tokens.length / 13) }, (_, n) => tokens.slice(n * 13, (n + 1) * 13))
}
