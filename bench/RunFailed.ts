import * as Data from "effect/Data"

/** A run that measured nothing: the words say why. */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly message: string }> {}
