import { expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Form from "../../../src/client/screen/form.ts"
import { KeyDecoder } from "../../../src/client/terminal/keys.ts"
import { start, update } from "../../../src/client/terminal/screen.ts"
import { view } from "../../../src/client/terminal/view.ts"
import { steering, unsafe } from "../../support/hostile.ts"
import { defaultLimits } from "../../../src/domain/NameLimits.ts"
import * as Ndjson from "../../../src/domain/wire/Ndjson.ts"

it.each(steering)("a paste of two lines: %s", (_, sequence) => {
  let { screen } = start(Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1")))
  for (const key of new KeyDecoder().push(`\u001b[200~one a${sequence}b\ntwo\u001b[201~y`)) screen = update(screen, { _tag: "Key", key, members: [] }).screen
  for (const { text } of view(screen, { columns: 60, rows: 24 }).rows) expect(text).not.toMatch(unsafe)
})
it.each(steering)("a mark (ref) of a client, in what every other native client is sent: %s", (_, sequence) => {
  const message = Ndjson.readMessage(new TextEncoder().encode(JSON.stringify({ _tag: "Say", text: "hi", ref: sequence })), defaultLimits)
  const ref = message?._tag === "Command" && message.command._tag === "Say" ? message.command.ref : undefined
  const line = Ndjson.encode({ _tag: "Pong", at: 1, ref })
  expect(line).not.toMatch(unsafe)
})
