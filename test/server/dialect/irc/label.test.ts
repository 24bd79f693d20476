import { describe, expect, it } from "@effect/vitest"
import { Response } from "../../../../src/server/dialect/irc/label.ts"

const responseOf = (...lines: ReadonlyArray<string>): string => {
  const response = new Response("x;1")
  for (const line of lines) response.add(line)
  return response.end("here", "b")
}

describe("A labelled response", () => {
  it("of nothing says so", () => {
    expect(responseOf()).toBe("@label=x\\:1 :here ACK\r\n")
  })
  it("of one line is that line, with the label before its other tags", () => {
    expect(responseOf(":here PONG here :y\r\n")).toBe("@label=x\\:1 :here PONG here :y\r\n")
    expect(responseOf("@time=t :ann NICK anna\r\n")).toBe("@label=x\\:1;time=t :ann NICK anna\r\n")
  })
  it("of several is a batch, in which those of another batch stay in that", () => {
    expect(responseOf("@time=t :a JOIN #r\r\n:here 353 a\r\n", "@batch=h :old\r\n").split("\r\n")).toEqual([
      "@label=x\\:1 :here BATCH +b labeled-response",
      "@batch=b;time=t :a JOIN #r",
      "@batch=b :here 353 a",
      "@batch=h :old",
      ":here BATCH -b",
      ""
    ])
  })
})
