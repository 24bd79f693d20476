import * as Effect from "effect/Effect"
import * as ChatClient from "../../src/client/ChatClient.ts"
import * as TcpDial from "../../src/client/TcpDial.ts"

/** Connects a client over TCP and joins. */
export const join = (options: ChatClient.ConnectOptions) => Effect.provide(ChatClient.connect(options), TcpDial.layer)
