import { nkeys } from "@nats-io/transport-node"

type Pair = ReturnType<typeof nkeys.createUser>

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64url")

const claims = (name: string, issuer: Pair, subject: Pair, nats: Readonly<Record<string, unknown>>): string => {
  const body = { jti: name, iat: 1, name, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), nats: { version: 2, ...nats } }
  const signed = `${base64(JSON.stringify({ typ: "JWT", alg: "ed25519-nkey" }))}.${base64(JSON.stringify(body))}`
  return `${signed}.${base64(issuer.sign(Buffer.from(signed)))}`
}

const seedOf = (pair: Pair): string => Buffer.from(pair.getSeed()).toString()

/** A user who proves itself by a key alone: the key's seed, and what the engine is configured with. */
export const keyUser = () => {
  const user = nkeys.createUser()
  return { seed: seedOf(user), config: `authorization { users: [{ nkey: ${user.getPublicKey()} }] }` }
}

const unlimited = Object.fromEntries(["subs", "data", "payload", "imports", "exports", "conn", "leaf", "mem_storage", "disk_storage", "streams", "consumer"].map((name) => [name, -1]))

/** A user of an account of an operator: the content of its file of credentials, and what the engine is configured with. */
export const accountUser = () => {
  const [operator, system, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount(), nkeys.createUser()]
  const accountOf = (name: string, pair: Pair, limits: Readonly<Record<string, unknown>>) =>
    `${pair.getPublicKey()}: ${claims(name, operator, pair, { type: "account", limits: { wildcards: true, ...limits } })}`
  return {
    file: [
      "-----BEGIN NATS USER JWT-----",
      claims("ada", account, user, { type: "user", subs: -1, data: -1, payload: -1 }),
      "------END NATS USER JWT------",
      "",
      "************************* IMPORTANT *************************",
      "NKEY Seed printed below can be used to sign and prove identity.",
      "",
      "-----BEGIN USER NKEY SEED-----",
      seedOf(user),
      "------END USER NKEY SEED------"
    ].join("\n"),
    config: [
      `operator: ${claims("operator", operator, operator, { type: "operator" })}`,
      `system_account: ${system.getPublicKey()}`,
      "resolver: MEMORY",
      `resolver_preload: { ${accountOf("system", system, { ...unlimited, mem_storage: 0, disk_storage: 0 })}, ${accountOf("account", account, unlimited)} }`
    ].join("\n")
  }
}
