/** The default address of a server: this machine, and the default port of `serve`. */
export const defaults = { host: "127.0.0.1", port: 25565 } as const
