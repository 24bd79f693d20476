import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A file of the page, with the forms that were compressed when it was built. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
  /** Its entity tag: what it changes with. */
  readonly tag: string
  readonly gzip: Buffer | undefined
  readonly brotli: Buffer | undefined
  /** Whether its name says what is in it, so that a browser may keep it for good. */
  readonly isImmutable: boolean
}

/** The folder with the built page. */
export class SiteFolder extends Context.Reference<SiteFolder>()("brusio/SiteFolder", {
  defaultValue: () => new URL("../../../../web/", import.meta.url)
}) {}

/** Where the page of the operator's window is, in {@link Site}. */
export const operatorPath = "/operator"

const paths: Readonly<Record<string, string>> = { "index.html": "/", "operator.html": operatorPath }

/** The page that browsers are served: a few files, held in memory once somebody has asked for one. */
export class Site extends Context.Tag("brusio/Site")<Site, {
  /** The file at a path such as `/`; `undefined` where there is none. */
  readonly find: (path: string) => Effect.Effect<Asset | undefined>
}>() {}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json"
}

// Names of the build: `main.4F2C1E9A.js`.
const hashed = /\.[0-9A-Z]{8}\.[a-z]+$/u

/** The paths and files of the page in a folder; no file where there is no folder. */
const read = async (folder: URL): Promise<ReadonlyMap<string, Asset>> => {
  const names = await readdir(folder).catch(() => [])
  const bodies = new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder))] as const)))
  const assets = new Map<string, Asset>()
  for (const [name, body] of bodies) {
    const type = types[name.slice(name.lastIndexOf(".") + 1)]
    if (type === undefined) continue
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`
    const asset = { type, body, tag, gzip: bodies.get(`${name}.gz`), brotli: bodies.get(`${name}.br`), isImmutable: hashed.test(name) }
    assets.set(paths[name] ?? `/${name}`, asset)
  }
  return assets
}

const make = Effect.gen(function* () {
  const folder = yield* SiteFolder
  const assets = yield* Effect.cached(Effect.promise(() => read(folder)))
  return Site.of({ find: (path) => Effect.map(assets, (all) => all.get(path)) })
})

/** The page of {@link SiteFolder}. */
export const layer = Layer.effect(Site, make)
