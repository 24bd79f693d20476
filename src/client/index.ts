/** A member of a room, for programs: start with `ChatClient.connect`. */
export * as ChatClient from "./ChatClient.ts"
export * as Errors from "./Errors.ts"
export * as LineUi from "./LineUi.ts"
export * as input from "./screen/input.ts"
export * as render from "./render.ts"
