/** A room that composes into another program: start with `Server.layer`. */
export * as Certificate from "./door/tls/Certificate.ts"
export * as Errors from "./Errors.ts"
export * as Server from "./public.ts"
export * as ServerConfig from "./ServerConfig.ts"
