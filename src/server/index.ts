/** A room that composes into another program: start with `Server.layer`. */
export * as Closing from "./Closing.ts"
export * as Console from "./operator/Console.ts"
export * as Errors from "./Errors.ts"
export * as Hub from "./chat/Hub.ts"
export * as Registry from "./chat/Registry.ts"
export * as Server from "./Server.ts"
export * as ServerConfig from "./ServerConfig.ts"
