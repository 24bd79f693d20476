import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { formatAddress } from "../net/address.ts"
import { dialTls, isNoTls, type Shown } from "../net/dialTls.ts"
import { ConnectionLost } from "../net/Errors.ts"
import { Dial, noTls, untrusted } from "./Dial.ts"

/** By what a server was known when it was last reached: an authority vouched for its certificate, or its key had this fingerprint. */
export type Known = { readonly _tag: "Authority" } | { readonly _tag: "Fingerprint"; readonly fingerprint: string }

/** The servers that somebody knows, by their addresses (`HOST:PORT`): whoever is met for the first time is trusted, and known from then on. */
export interface KnownServers {
  readonly find: (address: string) => Effect.Effect<Known | undefined, ConnectionLost>
  /** `unvouched`: why no authority vouches for it, in words; empty where one does. */
  readonly remember: (address: string, known: Known, unvouched: string) => Effect.Effect<void>
  /** Where a person finds what is known of this server, to take it out: such as `line 3 of FILE`. */
  readonly place: (address: string) => Effect.Effect<string>
}

/** By what a server is trusted. */
export interface Trust {
  /** The fingerprint that the server's key has to have, as it is in a link to it. Then nothing else counts. */
  readonly fingerprint?: string | undefined
  /** Without it, only servers are trusted for whom an authority vouches. */
  readonly known?: KnownServers | undefined
}

/** Why no authority vouches for a certificate, by the codes of Node and OpenSSL. */
const whys = new Map([
  ["CERT_HAS_EXPIRED", "it has ended"],
  ["CERT_NOT_YET_VALID", "it has not begun yet"],
  ["CERT_SIGNATURE_FAILURE", "its signature is not that of its authority"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "it is signed by itself"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "it is for another name"],
  ["INVALID_PURPOSE", "it is not for servers"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its authority is not known on this machine"],
  ["UNABLE_TO_GET_ISSUER_CERT", "its authority is not known on this machine"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its authority is not known on this machine"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its authority is not known on this machine"]
])

const refuse = (reason: string) => Effect.fail(new ConnectionLost({ code: untrusted, reason }))

// Who answers, and is not whom one knows.
const other = (is: string, was: string, advice: string) =>
  refuse(`its certificate is not the one that you know. Somebody between you and the server may be reading along; or the server was set up anew. It shows ${is}, and ${was}. ${advice}`)

/** How a certificate can be trusted of which an authority knows nothing, in words for people. */
const unvouched = (reason: string, fingerprint: string) =>
  refuse(`no authority vouches for its certificate (${reason}). If you know the server, join by the link that it prints, which ends in its fingerprint; this one has ${fingerprint}.`)

/** Decides whether the server is trusted that shows this. Fails with words for the person where it is not. */
const check = (shown: Shown | undefined, address: string, { fingerprint: wanted, known }: Trust) =>
  Effect.gen(function* () {
    if (shown === undefined) return yield* refuse("it shows no certificate.")
    const { fingerprint, unvouched: code } = shown
    if (wanted !== undefined) {
      return fingerprint === wanted ? undefined : yield* other(`the fingerprint ${fingerprint}`, `the link says ${wanted}`, "Ask whoever gave you the link.")
    }
    const before = yield* known?.find(address) ?? Effect.succeed(undefined)
    if (code === undefined) {
      if (before?._tag !== "Authority") yield* known?.remember(address, { _tag: "Authority" }, "") ?? Effect.void
      return
    }
    const why = whys.get(code) ?? code
    if (known === undefined) return yield* unvouched(why, fingerprint)
    const advice = `If you know why, take it out (${yield* known.place(address)}) and join again.`
    switch (before?._tag) {
      case "Authority":
        return yield* other(`one for which no authority vouches (${why})`, "until now one did", advice)
      case "Fingerprint":
        return before.fingerprint === fingerprint ? undefined : yield* other(`the fingerprint ${fingerprint}`, `you know ${before.fingerprint}`, advice)
      case undefined:
        yield* known.remember(address, { _tag: "Fingerprint", fingerprint }, why)
    }
  })

const answersInClear = "TLS is not spoken there, or the server is too busy to. Without TLS, the room is at brusio:// and not brusios://."

/** {@link Dial} over TLS, 1.2 and up: to servers that are trusted by an authority, by the fingerprint that is given, or as they are known. */
export const layer = (trust: Trust = {}): Layer.Layer<Dial> =>
  Layer.succeed(
    Dial,
    Dial.of({
      dial: (host, port) =>
        dialTls(host, port).pipe(
          Effect.mapError((lost) => (isNoTls(lost.code) ? new ConnectionLost({ code: noTls, reason: answersInClear }) : lost)),
          Effect.tap(({ shown }) => check(shown, formatAddress(host.toLowerCase(), port), trust)),
          Effect.map(({ connection }) => connection)
        )
    })
  )
