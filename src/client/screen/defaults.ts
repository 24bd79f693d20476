/** Where a server is if nobody says otherwise. */
export const defaults = { host: "127.0.0.1", port: 25565 } as const
