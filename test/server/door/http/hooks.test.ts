import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { member, next, opened } from "../../../support/room.ts"

const token = "0123456789abcdef"

const post = (port: number, path: string, body: string) =>
  Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body }).then(async (answer) => ({ status: answer.status, text: await answer.text() })))

describe("Somebody who says lines over HTTP", () => {
  it.scopedLive("stays as long as it says something, and leaves after a silence", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ hookToken: Redacted.make(token), hookKeptFor: 300 })
      const ada = yield* member(port, "ada")
      expect((yield* post(port, "/rooms/lobby?as=CI", "one")).status).toBe(201)
      expect((yield* next(ada, "Joined")).member.name).toBe("CI")
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "CI" }, code: "quit" })
      expect((yield* post(port, "/rooms/lobby?as=CI", "two")).status).toBe(201)
      expect((yield* next(ada, "Joined")).member.name).toBe("CI")
    })
  )

  it.scopedLive("says all that many requests bring at the same time, once each, as one person", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ hookToken: Redacted.make(token) })
      const ada = yield* member(port, "ada")
      const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`)
      const answers = yield* Effect.forEach(lines, (line) => post(port, "/rooms/lobby?as=CI", line), { concurrency: "unbounded" })
      expect(answers.map(({ status }) => status)).toEqual(lines.map(() => 201))
      const said: Array<string> = []
      while (said.length < lines.length) said.push((yield* next(ada, "Said")).text)
      expect([...said].sort()).toEqual([...lines].sort())
    })
  )

  it.scopedLive("is told that the server closes, where it does", () =>
    Effect.gen(function* () {
      const { port, server } = yield* opened({ hookToken: Redacted.make(token) })
      yield* server.close("the end")
      expect(yield* post(port, "/rooms/lobby", "late")).toEqual({ status: 503, text: "The server is closing.\n" })
    })
  )
})
