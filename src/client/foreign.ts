/** What the first line of other servers looks like, and what kind of server says so. */
const kinds: ReadonlyArray<readonly [RegExp, string]> = [
  [/^HTTP\/\d|^\s*<(?:!doctype|html)/iu, "a web server"],
  [/^SSH-\d/u, "an SSH server"],
  [/^220[ -].*ftp/iu, "an FTP server"],
  [/^220[ -]/u, "a mail or FTP server"],
  [/^\* (?:OK|PREAUTH|BYE)\b|^\+OK /u, "a mail server"],
  [/^:\S+ (?:NOTICE|\d{3}|451) |^NOTICE (?:AUTH|\*) |^ERROR :/u, "an IRC server"],
  [/^RFB \d{3}/u, "a VNC server"],
  [/^-ERR (?:unknown command|Protocol error)|^-DENIED /u, "a Redis server"],
  [/mysql|MariaDB/iu, "a database server"],
  // A TLS alert, or a handshake: it answers in TLS what is none.
  [/^[\u0015\u0016]\u0003[\u0000-\u0004]/u, "a server that wants TLS"]
]

/** The kind of a server, by the first that it says: `a web server`; `undefined` for one that is not known. `line` has a character for each byte (Latin-1). */
export const serverKind = (line: string): string | undefined => kinds.find(([pattern]) => pattern.test(line))?.[1]
