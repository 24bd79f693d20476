import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { clean } from "../../domain/Text.ts"
import { formatAddress, parseAddress } from "../../net/address.ts"
import type { EngineError } from "../../server/cluster/EngineError.ts"
import type { NatsSettings } from "../../server/cluster/NatsSettings.ts"
import { BadSetting, file, given, option, serverPort, type Setting, sourceOf } from "../settings.ts"

/** The port of nats-server where none is given. */
const usualPort = "4222"

/** The name of a cluster where none is given. */
const usualName = "brusio"

const cluster: Setting<string> = {
  name: "cluster", pseudoName: "nats://HOST[:PORT]",
  expected: "nats:// or tls:// and the address of a nats-server, such as nats://10.0.0.5:4222; several with commas between, all with tls:// or none",
  decode: Schema.decodeUnknownEither(Schema.NonEmptyString)
}
const clusterName: Setting<string> = {
  name: "cluster-name", pseudoName: "NAME",
  expected: "a name of letters, digits, - and _, 32 at most",
  decode: Schema.decodeUnknownEither(Schema.String.pipe(Schema.pattern(/^[A-Za-z0-9_-]{1,32}$/u)))
}
const clusterCa = file("cluster-ca")
const clusterCredentials = file("cluster-credentials")

const details = [clusterName, clusterCa, clusterCredentials]

/** The settings that are given here. */
export const clusterSettings = [cluster, ...details]

/** The options of a room on several machines. */
export const clusterOptions = {
  cluster: option(cluster, "Shares the room with the servers on other machines that are given the same: the address of a nats-server with JetStream (nats-server -js), or of several that are one cluster.", "off"),
  clusterName: option(clusterName, "The name of the cluster, where several rooms use one nats-server.", usualName),
  clusterCa: option(clusterCa, "A file with the certificates, in PEM, that the certificate of nats-server may be signed by.", "those of the system"),
  clusterCredentials: option(clusterCredentials, "A file with what nats-server asks for: credentials (.creds), the seed of an NKey, user:password, or a token.", "none")
}

type Given = Record<keyof typeof clusterOptions, Option.Option<string>>

/** The given settings of a cluster; `undefined` without one. Fails with what cannot be used. */
export const givenCluster = (options: Given): Effect.Effect<NatsSettings | undefined, BadSetting, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const addresses = yield* given(cluster, options.cluster)
    if (Option.isNone(addresses)) {
      const alone = details.find((setting) => Option.isSome(options[field(setting)]))
      if (alone === undefined) return undefined
      const expected = "left out, or given with --cluster"
      return yield* new BadSetting({ name: alone.name, value: clean(Option.getOrElse(options[field(alone)], () => "")), source: `--${alone.name}`, expected })
    }
    const name = Option.getOrElse(yield* given(clusterName, options.clusterName), () => usualName)
    const servers = yield* serversIn(addresses.value, sourceOf(cluster, options.cluster))
    const ca = yield* given(clusterCa, options.clusterCa)
    const credentials = yield* given(clusterCredentials, options.clusterCredentials)
    return {
      servers,
      cluster: name,
      ...(Option.isSome(ca) ? { ca: yield* certificates(ca.value, sourceOf(clusterCa, options.clusterCa)) } : {}),
      ...(Option.isSome(credentials) ? { credentials: yield* secret(credentials.value, sourceOf(clusterCredentials, options.clusterCredentials)) } : {})
    }
  })

const fields = { [clusterName.name]: "clusterName", [clusterCa.name]: "clusterCa", [clusterCredentials.name]: "clusterCredentials" } as const
const field = ({ name }: Setting<string>): keyof Given => fields[name] ?? "cluster"

const serversIn = (text: string, source: string): Effect.Effect<ReadonlyArray<string>, BadSetting> => {
  // An error shows no secret.
  const shown = clean(text.replaceAll(/(^|,|:\/\/)[^,/]*@/gu, "$1***@"))
  const bad = (expected: string) => new BadSetting({ name: cluster.name, value: shown, source, expected })
  if (text.includes("@")) {
    return bad(`an address without a user or a password, which others could read: put user:password into a file, and give that with --${clusterCredentials.name}`)
  }
  const parts = text.split(",").map((part) => /^(?:([a-z]+):\/\/)?([^/]*)\/?$/iu.exec(part.trim()) ?? [])
  const schemes = parts.map(([, scheme]) => scheme?.toLowerCase())
  const scheme = schemes[0] ?? "nats"
  if (!["nats", "tls"].includes(scheme) || schemes.some((other) => other !== undefined && other !== scheme)) return bad(cluster.expected)
  const servers = parts.map(([, , address = ""]) => {
    const written = parseAddress(address)
    const port = written === undefined ? undefined : serverPort.decode(written.port ?? usualPort)
    const url = written === undefined || port?._tag !== "Right" ? "" : `${scheme}://${formatAddress(written.host, port.right)}`
    return URL.canParse(url) ? url : undefined
  })
  const known = servers.filter((server) => server !== undefined)
  return known.length === servers.length ? Effect.succeed(known) : bad(cluster.expected)
}

const reading = (setting: Setting<string>, file: string, source: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const bad = (expected: string) => new BadSetting({ name: setting.name, value: clean(file), source, expected })
    const text = Effect.mapError(files.readFileString(file), () => bad("a file that can be read"))
    return { bad, text, mode: Effect.mapBoth(files.stat(file), { onFailure: () => bad("a file that can be read"), onSuccess: ({ mode }) => mode }) }
  })

const certificates = (file: string, source: string) =>
  Effect.gen(function* () {
    const { bad, text } = yield* reading(clusterCa, file, source)
    const pem = yield* text
    return pem.includes("-----BEGIN CERTIFICATE-----") ? pem : yield* bad("a file of certificates in PEM")
  })

/** Of a file's mode: whoever is not its owner's group may not read it, and nobody but its owner may change it. */
const tooOpen = 0o027

const secret = (file: string, source: string) =>
  Effect.gen(function* () {
    const { bad, mode, text } = yield* reading(clusterCredentials, file, source)
    if (process.platform !== "win32" && ((yield* mode) & tooOpen) !== 0) return yield* bad("a file that others cannot read: see chmod 600")
    const content = (yield* text).trim()
    return content === "" ? yield* bad("a file with the credentials in it") : Redacted.make(content)
  })

const advice: Readonly<Record<EngineError["reason"], string>> = {
  unreachable: `Start it with nats-server -js, or give its address with --${cluster.name}.`,
  refused: `Give what it accepts in a file, with --${clusterCredentials.name}.`,
  insecure: `Give its name as in its certificate, with tls:// in front, and who has signed that with --${clusterCa.name}; or nats:// where it has none.`,
  "no-jetstream": "Start it with nats-server -js.",
  unable: "It has to keep a stream of 64 MiB in memory: see max_memory_store, and the limits of the account, in its configuration.",
  differs: `Choose another name with --${clusterName.name}, or delete that stream.`,
  missing: "Install them with npm."
}

/** The words for an engine that cannot be used, with what helps. */
export const withAdvice = ({ message, reason }: EngineError): string => `${message} ${advice[reason]}`
