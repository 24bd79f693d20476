import * as Effect from "effect/Effect"
import type { Refusal } from "../domain/Refusal.ts"
import type { ChatClient } from "./ChatClient.ts"
import type { Request } from "./screen/intent.ts"

/** Sends a request to the room. What the server would not take fails at once. */
export const send = (client: ChatClient, request: Request): Effect.Effect<void, Refusal> => {
  switch (request._tag) {
    case "Say":
      return Effect.asVoid(client.say(request.text, request.ref))
    case "Act":
      return Effect.asVoid(client.act(request.text, request.ref))
    case "Whisper":
      return Effect.asVoid(client.whisper(request.to.id, request.text, request.ref))
    case "Rename":
      return client.rename(request.name)
    case "Who":
      return client.who()
  }
}
