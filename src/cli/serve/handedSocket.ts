import * as Effect from "effect/Effect"
import { clean } from "../../domain/Text.ts"
import { BadSetting } from "../settings.ts"

/** The first of the descriptors that are handed over: those before it are the standard streams. */
const firstDescriptor = 3

/**
 * Socket activation as systemd does it: the descriptor of the listening socket
 * that was handed over to this process, `undefined` without one. The variables
 * that tell of it are unset. Fails where more than one was handed over.
 */
export const handedSocket: Effect.Effect<number | undefined, BadSetting> = Effect.suspend(() => {
  const { LISTEN_FDS: count = "", LISTEN_PID: pid = "" } = process.env
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) Reflect.deleteProperty(process.env, name)
  // Meant for another process, whose child inherited the variables.
  if (pid !== String(process.pid) || count === "0" || count === "") return Effect.succeed(undefined)
  if (count === "1") return Effect.succeed(firstDescriptor)
  return new BadSetting({ name: "LISTEN_FDS", value: clean(count), source: "LISTEN_FDS", expected: "1, as a room has one port: hand over one listening socket" })
})
