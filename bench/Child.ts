import * as ChildProcess from "node:child_process"
import type { Readable } from "node:stream"
import * as Effect from "effect/Effect"

/** A child process: its standard output is read here, its standard error is passed on. */
export type Child = ChildProcess.ChildProcessByStdio<null, Readable, null>

/** How long a process has to end after SIGTERM before it gets SIGKILL. */
const stopGrace = "5 seconds"
const taskset = "taskset"

/** Whether CPU affinity can be set here, by `taskset`, and there are two cores: one for the server and one for the load. */
export const canPin = ChildProcess.spawnSync(taskset, ["-c", "0,1", "true"], { stdio: "ignore" }).status === 0

/** Runs a program with these arguments, pinned to one core if possible, in this folder; the process is ended, by its id, with the scope. */
export const start = (core: number, command: string, args: ReadonlyArray<string>, folder?: string) =>
  Effect.acquireRelease(
    Effect.sync((): Child => {
      const [program, ...rest] = canPin ? [taskset, "-c", String(core), command, ...args] : [command, ...args]
      return ChildProcess.spawn(program, rest, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    }),
    (child) =>
      Effect.sync(() => child.kill("SIGTERM")).pipe(
        Effect.zipRight(exited(child).pipe(Effect.interruptible, Effect.timeout(stopGrace))),
        Effect.catchAll(() => Effect.sync(() => child.kill("SIGKILL")))
      )
  )

/** Waits until a process has ended: its exit code, or `null` when a signal ended it or it could not be started. */
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
