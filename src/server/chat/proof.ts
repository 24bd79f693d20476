import { createHash, scrypt } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Proof } from "../../domain/Place.ts"
import { Registry } from "./Registry.ts"

/** What is kept of a client's secret: its SHA-256. A secret is long and random, so it needs no salt and no slow hash. */
export const proofOf = (secret: string): Proof => Proof.make(createHash("sha256").update(secret).digest("base64url"))

/** What the hash of a word costs its client, in messages: its CPU time is that of thousands, and nobody is to keep the hashes of others waiting for long. */
export const sealCost = 10

/** How many words are hashed at once: a hash takes a core for tens of ms, and 16 MiB. */
const hashesAtOnce = 2

/** Hashes a word that people choose, and that belongs to something, such as a room: the same for all who ask, on all nodes of a cluster. */
export class Seal extends Context.Tag("brusio/Seal")<Seal, (word: string, belongsTo: string) => Effect.Effect<Proof>>() {}

/**
 * Makes the function that hashes words which people choose, such as a room's:
 * by scrypt, off the event loop. The salt is what the word belongs to, and the
 * random name of this chat, so equal words of two rooms have different proofs.
 */
const makeSeal = Effect.gen(function* () {
  const { settings } = yield* (yield* Registry).chat
  const permits = yield* Effect.makeSemaphore(hashesAtOnce)
  return (word: string, belongsTo: string): Effect.Effect<Proof> =>
    permits.withPermits(1)(
      Effect.async((resume) => {
        scrypt(word.normalize("NFC"), `${settings.instance} ${belongsTo}`, 32, (error, key) => {
          resume(error === null ? Effect.succeed(Proof.make(key.toString("base64url"))) : Effect.die(error))
        })
      })
    )
})

/** The hashes of one chat. */
export const layer = Layer.effect(Seal, makeSeal)
