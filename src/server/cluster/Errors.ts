/** Why a server cannot be one of several, or cannot use their engine. */
export { NodeRefused } from "./ended.ts"
export { EngineError } from "./EngineError.ts"
