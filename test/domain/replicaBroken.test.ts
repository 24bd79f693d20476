import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Predicate from "effect/Predicate"
import { build } from "esbuild"
import { forgottenTwice } from "../support/replicaScripts.ts"
import { play, type Rules } from "../support/replicas.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = join(root, "src/domain/replica")
// Below the packages that the rules import.
const out = join(root, "node_modules", `.replica-${process.pid}`)

/** A rule of the log, broken: in this file, `rule` reads `broken`. */
interface Break {
  readonly name: string
  readonly file: string
  readonly rule: string
  readonly broken: string
  /** What goes wrong, in the words of a violation. */
  readonly fails: RegExp
  /** Chance hardly ever makes a story of it: it is played by hand. */
  readonly script?: (rules: Rules) => ReadonlyArray<string>
}

/** The states or orders of nodes are not the same. */
const diverge = /the order differs|two clusters|ended: differs|lost or reordered/u

const breaks: ReadonlyArray<Break> = [
  { name: "1: a batch counts though one before it is lost", file: "record.ts", rule: "body.n !== node.n + 1", broken: "body.n <= node.n", fails: /lost or reordered/u },
  { name: "1: a batch counts twice", file: "record.ts", rule: "body.n !== node.n + 1", broken: "body.n > node.n + 1", fails: /doubled/u },
  { name: "1: what is lost is not written again", file: "Writer.ts", rule: "(isNew || now >= this.#nextAgain) ? this.#inFlight : []", broken: "false ? this.#inFlight : []", fails: /lost or reordered|and was well/u },
  { name: "1: only the last batch is written again", file: "Writer.ts", rule: "now >= this.#nextAgain) ? this.#inFlight : []", broken: "now >= this.#nextAgain) ? this.#inFlight.slice(-1) : []", fails: /lost or reordered/u },
  { name: "1: who is gone still speaks", file: "record.ts", rule: "nodes: replica.nodes.filter((node) => node.id !== id)", broken: "nodes: replica.nodes", fails: /after it was gone/u },
  { name: "1: who is given up goes on", file: "record.ts", rule: `return id === replica.me.id ? ended`, broken: "return false ? ended", fails: /lost or reordered/u },
  { name: "liveness: a node that is heard is given up", file: "record.ts", rule: "node.id === from ? { ...node, heard: clock } : node", broken: "node", fails: /had spoken just before/u },
  { name: "liveness: each by its own clock", file: "record.ts", rule: "before.clock + step(before.stamp, written.time)", broken: "before.clock + step(before.stamp, written.time) * (0.4 + Number(before.me.id.slice(1)) / 10)", fails: diverge },
  { name: "2: what is in the state is not skipped", file: "fold.ts", rule: "if (!isAfter(at, before.at)) return folded(before)", broken: "", fails: diverge },
  { name: "2: a state counts that does not meet what was read", file: "fold.ts", rule: "(since[0] === undefined || since[0].at.seq > book.at.seq + 1)", broken: "false", fails: diverge },
  { name: "2: what was read since is left out", file: "fold.ts", rule: "for (const written of since)", broken: "for (const written of since.slice(1).filter(({ at }) => at.seq > book.at.seq + 1))", fails: diverge },
  { name: "3: a Found always counts", file: "asking.ts", rule: "after.epoch !== read?.epoch || spoke >= after.seq", broken: "false", fails: /superseded, and had spoken just before/u },
  { name: "3: a Found never counts", file: "asking.ts", rule: "after.epoch !== read?.epoch || spoke >= after.seq", broken: "true", fails: /stuck/u },
  { name: "3: a Found does not move with who has spoken", file: "asking.ts", rule: "Math.max(hello, spoke + 1)", broken: "hello", fails: /stuck/u },
  { name: "3: a valid Found ends nobody who returns", file: "returning.ts", rule: `if (body._tag === "Found" && !isVoid(before, body)) return ended(before, "superseded")`, broken: "", fails: diverge },
  { name: "4: a position is a number alone", file: "Position.ts", rule: "one.epoch === other.epoch ? one.seq > other.seq : one.epoch > other.epoch", broken: "one.seq > other.seq", fails: /the wrong one goes on/u, script: forgottenTwice },
  { name: "4: an epoch is not noticed", file: "fold.ts", rule: "before.read?.epoch !== at.epoch", broken: "before.read === undefined", fails: diverge },
  { name: "5: the first to return wins", file: "returning.ts", rule: "best === undefined || isAfter(other.at, best.at)", broken: "best === undefined || false", fails: diverge },
  { name: "5: nobody waits for the others", file: "returning.ts", rule: "waited > ttl || best.nodes.every", broken: "true || best.nodes.every", fails: /given-up, and was well/u },
  { name: "5: who cannot catch up goes on", file: "returning.ts", rule: "if (isAfter(best.at, before.at) && !isNext)", broken: "if (false)", fails: diverge },
  { name: "5: nobody catches up", file: "returning.ts", rule: "for (const written of missed)", broken: "for (const written of missed.slice(1))", fails: diverge },
  { name: "6: a founder does not wait for those who return", file: "asking.ts", rule: "? grace : ttl + grace", broken: "? -1 : ttl + grace", fails: /superseded, and had spoken just before/u },
  { name: "6: a founder does not wait until the others are given up", file: "asking.ts", rule: "? grace : ttl + grace", broken: "? grace : 0", fails: /stuck|superseded, and had spoken just before/u }
]

const load = async (broken: Break | undefined): Promise<Rules> => {
  const { outputFiles } = await build({
    stdin: {
      contents: ["fold", "record", "Replica", "Writer"].map((name) => `export * from "./${name}.ts"`).join("\n"),
      resolveDir: folder,
      loader: "ts"
    },
    bundle: true,
    format: "esm",
    packages: "external",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "broken",
        setup: (bundler) => {
          bundler.onLoad({ filter: /domain.replica.\w+\.ts$/ }, ({ path }) => {
            const text = readFileSync(path, "utf8")
            if (basename(path) !== broken?.file) return { contents: text, loader: "ts" }
            // The rule stands there once: otherwise this test would break nothing, or more than it says.
            expect(text.split(broken.rule).length, broken.rule).toBe(2)
            return { contents: text.replace(broken.rule, () => broken.broken), loader: "ts" }
          })
        }
      }
    ]
  })
  mkdirSync(out, { recursive: true })
  const file = join(out, `${breaks.findIndex((one) => one === broken)}.mjs`)
  writeFileSync(file, outputFiles[0]?.text ?? "")
  const loaded: unknown = await import(pathToFileURL(file).href)
  if (!isRules(loaded)) throw new Error(`${file} has no rules`)
  return loaded
}

const isRules = (loaded: unknown): loaded is Rules =>
  ["Writer", "asking", "bookkeeping", "digested", "fold", "refused", "restore"].every((name) => Predicate.hasProperty(loaded, name))

/** The first violations of all stories, up to a number of these. */
const found = async (rules: Rules, seeds: number): Promise<ReadonlyArray<string>> => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    // The test's runner wants to be heard in between.
    if (seed % 10 === 0) await setImmediate()
    const { stuck, violations } = play(rules, seed, { forgets: seed % 4 !== 0 })
    if (stuck > 0 || violations.length > 0) return [...violations, ...(stuck > 0 ? [`seed ${seed}: ${stuck} are stuck`] : [])]
  }
  return []
}

describe("The stories of the replicated log", () => {
  afterAll(() => { rmSync(out, { recursive: true, force: true }) })

  it("say nothing against the rules as they are", async () => {
    const rules = await load(undefined)
    expect([...(await found(rules, 20)), ...breaks.flatMap(({ script }) => script?.(rules) ?? [])]).toEqual([])
  })

  it.each(breaks)("fail when a rule is broken: $name", async (broken) => {
    const rules = await load(broken)
    const violations = broken.script?.(rules) ?? (await found(rules, 400))
    expect(violations.join("\n")).toMatch(broken.fails)
  }, 180_000)
})
