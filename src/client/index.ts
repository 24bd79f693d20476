/** A member of a room, for programs: start with `ChatClient.connect`, and provide `TcpDial.layer`, or `TlsDial.layer` to come encrypted. */
export * as ChatClient from "./ChatClient.ts"
export * as Dial from "./Dial.ts"
export * as Errors from "./Errors.ts"
export * as LineUi from "./LineUi.ts"
export * as render from "./render.ts"
export * as TcpDial from "./TcpDial.ts"
export * as TlsDial from "./TlsDial.ts"
