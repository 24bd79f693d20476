/** What a client asks about the server itself, and how its commands are used. */
import { fits } from "../../../../domain/masks.ts"
import { version } from "../../../../domain/version.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"

/** How each command is used, for people. */
const usages: Readonly<Record<string, string>> = {
  CHATHISTORY: "CHATHISTORY LATEST #ROOM|NICK * COUNT: shows what was said, where that is kept; BEFORE, AFTER, BETWEEN and AROUND a message, or TARGETS",
  HELP: "HELP [COMMAND]: shows all commands, or how one is used",
  INVITE: "INVITE NICK #ROOM: asks somebody into a room; alone, shows where you are invited",
  JOIN: "JOIN #ROOM[,#ROOM] [WORD[,WORD]]: enters rooms, or makes them",
  KICK: "KICK #ROOM NICK[,NICK] [:REASON]: puts somebody out of a room",
  LIST: "LIST [MASK,>N,<N,C<MINUTES,T<MINUTES]: shows the rooms",
  LUSERS: "LUSERS: shows how many are here",
  METADATA: "METADATA *|#ROOM SET KEY [:VALUE]: describes you, or a room; GET, LIST and CLEAR, and SUB, UNSUB, SUBS and SYNC to be told of changes",
  MODE: "MODE #ROOM [CHANGES]: shows what a room is like, or changes that",
  NAMES: "NAMES [#ROOM]: shows who is in a room",
  NICK: "NICK NAME: takes another name",
  NOTICE: "NOTICE NICK|#ROOM :TEXT: says something that no program answers",
  PART: "PART #ROOM[,#ROOM] [:REASON]: leaves rooms",
  PING: "PING TOKEN: asks for a sign of life",
  PRIVMSG: "PRIVMSG NICK|#ROOM|@#ROOM :TEXT: says something to somebody, to a room, or to its operators",
  QUIT: "QUIT [:REASON]: leaves the chat",
  REGISTER: "REGISTER NAME|* * :WORDS: claims a name while the server runs; AUTHENTICATE, or PASS NAME:WORDS, shows that it is yours",
  TOPIC: "TOPIC #ROOM [:TEXT]: shows what a room is about, or sets it",
  WHO: "WHO #ROOM|NICK: shows who is there",
  WHOIS: "WHOIS NICK: shows who somebody is"
}

const helpOn = (asked: string): ReadonlyArray<Numeric> => {
  if (asked === "") {
    return [
      ["704", ["*"], "The commands of this server:"],
      ...Object.values(usages).map((usage): Numeric => ["705", ["*"], usage]),
      ["706", ["*"], "End of help"]
    ]
  }
  const subject = asked.toUpperCase()
  const usage = Object.hasOwn(usages, subject) ? usages[subject] : undefined
  return usage === undefined
    ? [["524", [asked], "There is no help on that: HELP alone shows all commands"]]
    : [["704", [subject], `How ${subject} is used:`], ["705", [subject], usage], ["706", [subject], "End of help"]]
}

function* help(client: Client, [subject = ""]: ReadonlyArray<string>): Iterable<Heard> {
  yield client.numerics(() => helpOn(subject))
}

// There is one server; whoever is here is at it.
const isHere = ({ hearing }: Client, target: string, nick: string): boolean =>
  [hearing.serverName, nick].some((name) => fits(target.toLowerCase(), name.toLowerCase()))

/** A question to this server, or to another one by name: there is none. */
const ofServer = (answers: (client: Client, at: number) => ReadonlyArray<Numeric>) =>
  function* (client: Client, [target]: ReadonlyArray<string>): Iterable<Heard> {
    yield client.numerics(({ at, nick }) => (target === undefined || isHere(client, target, nick) ? answers(client, at) : [["402", [target], "No such server"]]))
  }

const info = (): ReadonlyArray<Numeric> => [
  ["371", [], `brusio ${version}: a chat room in one command`],
  ["371", [], "People with other programs are in the same rooms."],
  ["374", [], "End of INFO list"]
]

const time = ({ hearing }: Client, at: number): ReadonlyArray<Numeric> => [["391", [hearing.serverName], new Date(at).toUTCString()]]

const admin = ({ hearing }: Client): ReadonlyArray<Numeric> => [
  ["256", [hearing.serverName], "Administrative info"],
  ["257", [], "Whoever has started this server"]
]

/** The commands that ask about the server. */
export const server: IrcCommands = {
  ADMIN: { least: 0, run: ofServer(admin) },
  HELP: { least: 0, run: help },
  HELPOP: { least: 0, run: help },
  INFO: { least: 0, run: ofServer(info) },
  LINKS: { least: 0, run: function* (client) { yield client.numeric("365", ["*"], "End of /LINKS list") } },
  TIME: { least: 0, run: ofServer(time) }
}
