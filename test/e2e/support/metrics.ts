import { expect } from "vitest"
import { ask } from "./http.ts"

/** The metrics of a server, by their names with the labels. */
export const metrics = async (port: number): Promise<ReadonlyMap<string, number>> => {
  const { body, headers, status } = await ask(port, "/metrics")
  expect(status).toBe(200)
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
  const samples = body.trimEnd().split("\n").filter((line) => !line.startsWith("#"))
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]))
}
