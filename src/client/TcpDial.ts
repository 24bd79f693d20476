import * as Layer from "effect/Layer"
import { dial } from "../net/dial.ts"
import { Dial } from "./Dial.ts"

/** {@link Dial} over TCP, with Node's sockets. */
export const layer: Layer.Layer<Dial> = Layer.succeed(Dial, Dial.of({ dial }))
