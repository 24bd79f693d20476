import * as Data from "effect/Data"

/** A run has failed and measured nothing: `message` says why. */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly message: string }> {}
