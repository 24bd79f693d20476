import * as ChildProcess from "node:child_process"
import type { Readable } from "node:stream"
import * as Effect from "effect/Effect"

/** A process of ours: its output is read here, its errors are shown. */
export type Child = ChildProcess.ChildProcessByStdio<null, Readable, null>

const stopGrace = "5 seconds"
const taskset = "taskset"

/** Whether this system can keep a process on one core, and has a core for each of ours. */
export const canPin = ChildProcess.spawnSync(taskset, ["-c", "0,1", "true"], { stdio: "ignore" }).status === 0

/** Runs a program with these arguments, on one core if possible, and ends it, by its id, with the scope. */
export const start = (core: number, command: string, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync((): Child => {
      const [program, ...rest] = canPin ? [taskset, "-c", String(core), command, ...args] : [command, ...args]
      return ChildProcess.spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] })
    }),
    (child) =>
      Effect.sync(() => child.kill("SIGTERM")).pipe(
        Effect.zipRight(exited(child).pipe(Effect.interruptible, Effect.timeout(stopGrace))),
        Effect.catchAll(() => Effect.sync(() => child.kill("SIGKILL")))
      )
  )

/** Waits until it has ended, and gives its exit code; `null` when a signal or a failed start ended it. */
export const exited = (child: Child): Effect.Effect<number | null> =>
  Effect.async((resume) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      resume(Effect.succeed(child.exitCode))
      return
    }
    const done = (code: number | null) => {
      resume(Effect.succeed(code))
    }
    child.once("exit", done)
    return Effect.sync(() => child.off("exit", done))
  })
