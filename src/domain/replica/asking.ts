import type { Body, Found, Written } from "./Body.ts"
import type { Node } from "./Node.ts"
import * as Recent from "./Recent.ts"
import { type Asking, asking, type Common, common, folded, type Folded, type Full } from "./Replica.ts"
import { firstSeq, type Position } from "./Position.ts"
import { grace, step, ttl } from "./timing.ts"

/** How much of the log a newcomer holds until it has the state, in bytes. */
const maxHeld = 32 * 1024 * 1024

/**
 * A node that asks anew, from the next record on: the log goes on elsewhere, or without what was read. `spoke`: up to
 * which record somebody who has the state may have spoken. What it has still on its way as a founder must not count after that.
 */
export const askAnew = <E>({ me, met, read }: Asking<E>, spoke: number): Asking<E> => ({ ...asking<E>(me), met, read, spoke })

/** Reads a record that is of use once the state is there. */
export const ask = <E>(before: Asking<E>, written: Written<E>): Folded<E> => {
  const { at, body, from, time } = written
  const mine = from === before.me.id
  const hello = before.hello ?? (mine && body._tag === "Hello" ? at.seq : undefined)
  const hasState = isOfFull(body)
  const since = before.hello === undefined || hasState ? 0 : before.silence + step(before.stamp, time)
  const after: Asking<E> = {
    ...before,
    hello,
    silence: hasState ? 0 : since,
    stamp: time,
    spoke: hasState ? at.seq : before.spoke,
    met: before.met || hasState,
    held: hello === undefined ? before.held : Recent.append(before.held, written, maxHeld)
  }
  if (body._tag !== "Found" || isVoid(after, body) || hello === undefined) return folded(after)
  return mine ? founded(after, written) : folded(askAnew(after, at.seq))
}

/** Whether only somebody who has the state writes this. */
export const isOfFull = ({ _tag }: Body<unknown>): boolean => _tag === "Batch" || _tag === "Return"

/** Rule 3: nobody is to be founded over. A `Found` is void if somebody who has the state has spoken since the record that it names, or if that is of a log that is forgotten. */
export const isVoid = ({ read, spoke }: Pick<Common<unknown>, "read" | "spoke">, { after }: Found): boolean => after.epoch !== read?.epoch || spoke >= after.seq

/**
 * The record since which nobody who has the state has spoken, so that this node may found the
 * cluster; `undefined` as long as somebody may still speak. It moves with each that has spoken.
 *
 * Rule 6: where its own `Hello` is the first record of all, the engine may have forgotten the log, and nodes may
 * return: for these it waits 3 s. Otherwise it waits until all who had the state are given up.
 */
export const foundable = <E>({ hello, met, read, silence, spoke }: Asking<E>): Position | undefined => {
  if (hello === undefined || read === undefined || silence <= (hello === firstSeq && !met ? grace : ttl + grace)) return undefined
  return { epoch: read.epoch, seq: Math.max(hello, spoke + 1) }
}

// A cluster of one, with nothing in its state. What was before it is no part of it.
const founded = <E>(before: Asking<E>, { at, from, time }: Written<E>): Folded<E> => {
  const { name, settings, speaks } = before.me
  const node: Node = { id: from, name, number: 1, n: 0, heard: 0, full: true, speaks }
  const replica: Full<E> = { ...common(before), phase: "full", at, nodes: [node], lastNumber: 1, time, stamp: time, spoke: at.seq, settings }
  return { replica, decided: [{ _tag: "NodeCame", at: time, node }], wants: [] }
}
