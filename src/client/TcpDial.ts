import * as Layer from "effect/Layer"
import { dial } from "../net/dial.ts"
import { Dial } from "./Dial.ts"

/** Reaches a server over TCP: on Node. */
export const layer: Layer.Layer<Dial> = Layer.succeed(Dial, Dial.of({ dial }))
