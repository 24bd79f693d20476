import type { Chat, Person } from "../../domain/Chat.ts"
import type { Request } from "../../domain/command/index.ts"
import type { Join } from "../../domain/command/join.ts"
import type { Event, Goodbye } from "../../domain/Event.ts"
import type { Reply, Verbatim } from "../../domain/Reply.ts"
import type { LeaveCode } from "../../domain/LeaveCode.ts"
import type { AskedName } from "../../domain/nameIndex.ts"
import type { NameKey } from "../../domain/Nickname.ts"
import { limited, type NameLimits } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { Text } from "../../domain/Text.ts"
import type { silence } from "../../net/Inbox.ts"
import type { ServerOptions } from "../ServerConfig.ts"

/** What an interpreter made of the bytes that a client sent. */
export type Heard =
  | Exclude<Request, { readonly _tag: "Hello" | "Quit" }>
  /** `verbatim`: the password with what stands before it, which may be the client's name or part of the password. */
  | (Extract<Request, { readonly _tag: "Hello" }> & { readonly verbatim?: string | undefined })
  /** `unless`: where a password was asked for and this is the right one, the client comes in and does not leave. */
  | (Extract<Request, { readonly _tag: "Quit" }> & { readonly unless?: { readonly join: Join; readonly password: string } | undefined })
  /** To be taken for who has claimed the name with this key, by its words, which get into no entry. */
  | { readonly _tag: "Authenticate"; readonly key: NameKey; readonly by: Evidence }
  /** To claim a name by words, which get into no entry. */
  | { readonly _tag: "ClaimName"; readonly name: AskedName; readonly words: string; readonly certificate: string | undefined }
  /** Something that is no valid request; its sender is told why. */
  | { readonly _tag: "Refuse"; readonly refusal: Refusal }
  /** Bytes that the client's protocol wants answered at once, such as a question of telnet's or a ping of a WebSocket: nothing of the chat. */
  | { readonly _tag: "Answer"; readonly bytes: Uint8Array }
  /** Lines for the person who types there, in their order among all else that the client is told. */
  | { readonly _tag: "Tell"; readonly lines: ReadonlyArray<Text> }
  /** A question of the client's protocol, which its dialect answers by the state of the chat: in order among all else that the client is told. */
  | { readonly _tag: "Look"; readonly look: (view: View) => Seen }
  /** The client cannot be served here, as it speaks another protocol: its session ends. */
  | { readonly _tag: "Reject"; readonly code: LeaveCode; readonly reason: string }

/** What a dialect sees to answer a question: the chat as it stands, and who asks, once that has come in. */
export interface View {
  readonly chat: Chat<unknown>
  readonly me: Person<unknown> | undefined
  /** Now, ms since 1970. */
  readonly at: number
}

/** What a dialect answers: see `Verbatim`. */
export interface Seen extends Pick<Verbatim, "mayWait" | "ofComing" | "size" | "turn" | "words"> {
  /** How long an answer would be, in bytes, that costs as much as it did to look for this one; 0 where it is absent. */
  readonly effort?: number
}

/**
 * The parser of one client, from bytes to requests. It keeps what has not ended
 * yet. It has no clock: the session tells it of silences.
 *
 * Its iterables are lazy, and the session performs each item before it asks for
 * the next: what the next words mean can depend on what came of those before,
 * which the session passes to `told` in between.
 */
export interface Interpreter {
  /** Parses the next bytes of the client. */
  readonly hear: (bytes: Uint8Array) => Iterable<Heard>
  /** After how many ms of silence `silence` is to be called now; `undefined` when a silence means nothing. */
  readonly patience: number | undefined
  /** How many ms of silence separate two messages of this client, also while nothing is pending; `undefined` where line feeds do. */
  readonly separator: number | undefined
  /** A silence of `patience` ms has come: what is pending has ended. */
  readonly silence: () => Iterable<Heard>
  /** The input has ended: what is pending has too. */
  readonly end: () => Iterable<Heard>
  /**
   * How many messages are in what has come and was not heard yet, counted without
   * making all of it out: thousands may be told so at once. It uses the
   * interpreter up.
   */
  readonly waiting: (unheard: ReadonlyArray<Uint8Array | typeof silence>) => number
  /**
   * Tells the interpreter what came of the item that it yielded last, before anybody is told. `isMine`: whether this client is
   * among those who will be; `chat`: what a command has come to, absent for what was none. Returns `true` where the interpreter has the client told in another form: then this one is left out.
   */
  readonly told: (event: Reply, isMine: () => boolean, chat?: Chat<unknown>) => boolean | void
  /** The last words to this client where they differ from those of its dialect; `undefined` elsewhere. */
  readonly goodbye: (goodbye: Goodbye) => Uint8Array | undefined
  /** Takes what the client is told next, in the order of all that it is told: how it is told things may depend on where it is. Absent where it does not. */
  readonly follow?: (event: Reply) => void
  /** Whether the client's bytes are frames, in which a line feed means nothing; absent where they are lines. */
  readonly isFramed?: boolean
  /** Whether a crowd that the client came in is told it in another form than others, as it knows of itself already; absent where it is not. */
  readonly knowsItself?: true
  /** Whether what it yields next may depend on what came of something that was said before; absent where it depends on what came of other commands only. */
  readonly isInterlocked?: true
  /** Whether the client gets its own messages back. */
  readonly echo: boolean
  /** The dialect in which this client is told things from now on, where it is not the one that it was recognised by. */
  readonly dialect?: Dialect | undefined
}

/** How somebody shows to have claimed a name: by its words, or by the fingerprint of the certificate that its connection has shown. */
export interface Evidence {
  readonly kind: "words" | "certificate"
  readonly text: string
}

/** How a client has come, as far as its dialect speaks of that. */
export interface Encryption {
  readonly isSecure: boolean
  /** Whether others on the way could read what it says: it comes from another machine, and not encrypted. */
  readonly isExposed: boolean
  /** The fingerprint of the certificate that the client has shown: SHA-256, in hexadecimal digits. */
  readonly certificate: string | undefined
  /** Where clients that come without TLS are to come with it, and to find it trusted: this port. */
  readonly securePort: number | undefined
}

/** The options of a server that its interpreters depend on. */
export type Hearing = Pick<
  ServerOptions,
  "maxLine" | "maxName" | "echo" | "greetAfter" | "nameSilence" | "typedSilence" | "chunkSilence" | "detectWithin" | "maxClients" | "serverName" | "history"
> & { readonly encryption?: Encryption }

/**
 * A wire format: how it encodes events, and how it parses what its clients send.
 * An event is encoded once for all clients of a dialect.
 */
export interface Dialect {
  readonly name: string
  /** What kind of client speaks it, in a word for whoever runs the room. */
  readonly client: "browser" | "terminal" | "irc" | "plain"
  /** Encodes an event as whole lines; an empty string where this dialect does not tell it. */
  readonly encode: (event: Reply) => string
  /** The dialect in which this encodes what a whole room is told, where others encode that in the same way: absent where it is this one itself. */
  readonly ofRooms?: Dialect
  /** Frames an encoded event for its transport; absent where lines travel as they are, in UTF-8. */
  readonly frame?: (lines: string) => Uint8Array
  /** Encodes a ping, with the time `at` in ms since 1970; absent where the dialect has none. */
  readonly ping?: (at: number) => string
  /** How long its clients may be silent where that is longer than for others, ms: until they are pinged, from one ping without an answer to the next, and until they are gone. */
  readonly silences?: { readonly pingAfter: number; readonly pingEvery: number; readonly goneAfter: number }
  /** Makes the interpreter of a new client. `greeted`: whether the client was asked for its name before it said anything. */
  readonly open: (hearing: Hearing, greeted: boolean) => Interpreter
}

const utf8 = new TextEncoder()
const nothing = new Uint8Array(0)

/** The encoded lines of a dialect as they travel: no bytes where there are no lines. */
export const bytesOf = ({ frame }: Dialect, lines: string): Uint8Array =>
  lines === "" ? nothing : frame === undefined ? utf8.encode(lines) : frame(lines)

/** Refuses one thing that a client has sent; the session goes on. */
export const refuse = (refusal: Refusal): Heard => ({ _tag: "Refuse", refusal })

/** Ends the session: the client cannot be served here, for this reason. */
export const reject = (code: LeaveCode, reason: string): Heard => ({ _tag: "Reject", code, reason })

/** What was read of one message: its request or its refusal; nothing for a mere sign of life. */
export const heard = (read: Request | Refusal | undefined): ReadonlyArray<Heard> =>
  read === undefined ? [] : [read instanceof Refusal ? refuse(read) : read]

/** How long a name may be with these options. */
export const nameLimits = ({ maxName }: Pick<Hearing, "maxName">): NameLimits => limited(maxName)

/** The refusal of a line longer than `bytes`. */
export const lineTooLong = (bytes: number): Refusal =>
  new Refusal({
    code: "line-too-long",
    message: `A line has at most ${bytes} bytes: this one was longer and was not taken. Send it in parts.`
  })

/** Whether this is part of the wire format of programs, and not only for people who type. */
export const isEvent = (reply: Reply): reply is Event => reply._tag !== "Lines" && reply._tag !== "Verbatim"
