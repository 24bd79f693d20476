/** How clients come to a server that is open. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { formatAddress } from "../../net/address.ts"
import { Certificate } from "../../server/door/tls/Certificate.ts"
import type * as Server from "../../server/Server.ts"
import { programName } from "../program.ts"
import { linksTo, reachable } from "./links.ts"

/** The ways to a server. */
export interface Ways {
  /** What to type for this program's own client, once for each host. */
  readonly joins: ReadonlyArray<string>
  /** The links for browsers. */
  readonly links: ReadonlyArray<string>
  /** What there is to say of the server's own certificate; `undefined` where there is none. */
  readonly ownCertificate: string | undefined
}

/** The ways to this server, with TLS where it has a certificate. `asked`: what else is to be given to join, such as `--password`. */
export const waysTo = ({ host, ip, port }: Server.Server["Type"], asked: string): Effect.Effect<Ways> =>
  Effect.gen(function* () {
    const certificate = Option.getOrUndefined(yield* Effect.serviceOption(Certificate))
    const hosts = reachable({ host, ip, port })
    if (certificate === undefined) {
      const joins = hosts.map((host) => `${programName()} join --host ${host} --port ${port}${asked}`)
      return { joins, links: linksTo("http", hosts, port), ownCertificate: undefined }
    }
    const { fingerprint, names } = yield* certificate.current
    // What an authority vouches for is a name; what nobody vouches for is known by its fingerprint, under whatever name.
    const known = certificate.isOfAuthority && names.length > 0 ? names : hosts
    const mark = certificate.isOfAuthority ? "" : `#${fingerprint}`
    return {
      joins: known.map((host) => `${programName()} join ${quoted(`brusios://${formatAddress(host, port)}${mark}`)}${asked}`),
      links: linksTo("https", known, port),
      ownCertificate: certificate.isOfAuthority ? undefined : `The certificate is this server's own: a browser warns of it once. Its fingerprint, which the links to join carry, is ${fingerprint}`
    }
  })

// Brackets mean something to a shell.
const quoted = (link: string): string => (link.includes("[") ? `'${link}'` : link)
