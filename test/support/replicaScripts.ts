import type { Body, Self } from "../../src/domain/replica/Body.ts"
import { NodeId } from "../../src/domain/replica/Position.ts"
import type { Replica } from "../../src/domain/replica/Replica.ts"
import type { Rules } from "./replicas.ts"

const meOf = (id: string): Self => ({ id: NodeId.make(id), name: id, speaks: [1, 1], settings: "same" })

/** Nodes that read all that is written, and write what the test wants them to. */
export class Script {
  readonly #rules: Pick<Rules, "asking" | "bookkeeping" | "fold" | "restore">
  readonly #nodes = new Map<string, Replica<string>>()
  #epoch = 1
  #seq = 0
  #time = 0

  constructor(rules: Pick<Rules, "asking" | "bookkeeping" | "fold" | "restore">, ids: ReadonlyArray<string>) {
    this.#rules = rules
    for (const id of ids) this.#nodes.set(id, rules.asking(meOf(id)))
  }

  node(id: string): Replica<string> {
    const replica = this.#nodes.get(id)
    if (replica === undefined) throw new Error(`There is no node ${id}`)
    return replica
  }

  /** Writes a record, a second after the last one, which all nodes read but `deaf`. The eldest sends its state. */
  write(from: string, body: Body<string>, deaf: ReadonlyArray<string> = []): void {
    this.#seq += 1
    this.#time += 1000
    const written = { at: { epoch: `epoch ${this.#epoch}`, seq: this.#seq }, time: this.#time, from: NodeId.make(from), size: 100, body }
    for (const [id, replica] of this.#nodes) {
      if (deaf.includes(id)) continue
      const folded = this.#rules.fold(replica, written)
      this.#nodes.set(id, folded.replica)
      for (const want of folded.wants) {
        if (want._tag !== "SendState" || folded.replica.phase !== "full") continue
        const restored = this.#rules.restore(this.node(want.to), this.#rules.bookkeeping(folded.replica))
        if (restored !== undefined) this.#nodes.set(want.to, restored.replica)
      }
    }
  }

  hello(from: string): void {
    const { name, settings, speaks } = meOf(from)
    this.write(from, { _tag: "Hello", name, settings, speaks })
  }

  /** The next batch of a node. */
  say(from: string, entries: ReadonlyArray<string>, deaf?: ReadonlyArray<string>): void {
    const n = this.node(from).nodes.find(({ id }) => id === from)?.n ?? 0
    this.write(from, { _tag: "Batch", n: n + 1, entries }, deaf)
  }

  /** What a node says of how far it had read the log that is forgotten. */
  return(from: string, deaf?: ReadonlyArray<string>): void {
    const { at, nodes } = this.node(from)
    this.write(from, { _tag: "Return", epoch: `epoch ${this.#epoch}`, at, nodes: nodes.filter(({ full }) => full).map(({ id }) => id), tail: [] }, deaf)
  }

  forget(): void {
    this.#epoch += 1
    this.#seq = 0
  }
}

/** Two nodes with the state, one of which founded the cluster. */
export const pair = (rules: ConstructorParameters<typeof Script>[0]): Script => {
  const script = new Script(rules, ["a", "b"])
  for (let n = 0; n < 4; n += 1) script.hello("a")
  script.write("a", { _tag: "Found", after: { epoch: "epoch 1", seq: 1 } })
  script.hello("b")
  script.say("a", [])
  script.say("b", [])
  return script
}

/** The engine forgets the log twice. One node has returned in between, and has given up the other, which was cut off: that one must not win by its higher number. */
export const forgottenTwice = (rules: Rules): ReadonlyArray<string> => {
  const script = pair(rules)
  for (let n = 0; n < 30; n += 1) script.say("a", [`${n}`])
  script.forget()
  for (let n = 0; n < 12; n += 1) script.return("a", n === 0 ? [] : ["b"])
  script.say("a", ["alone"], ["b"])
  script.forget()
  script.return("b")
  for (let n = 0; n < 12; n += 1) script.return("a")
  return script.node("a").phase === "full" && script.node("b").phase === "over" ? [] : [`the wrong one goes on: a is ${script.node("a").phase}, b is ${script.node("b").phase}`]
}
