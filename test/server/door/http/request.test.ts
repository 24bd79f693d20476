import { describe, expect, it } from "@effect/vitest"
import { type Asked, check, hookAt } from "../../../../src/server/door/http/request.ts"

const asked = (more: Partial<Asked> = {}): Asked => ({ method: "GET", target: "/", hosts: ["127.0.0.1:25565"], origins: [], hasBody: false, ...more })
const names = ["deskpc", "chat.example.org"]
const status = (more: Partial<Asked>): number | string => {
  const checked = check(asked(more), names)
  return "status" in checked ? checked.status : checked.path
}

describe("A request is checked", () => {
  it.each([
    "127.0.0.1:25565", "127.0.0.1", "192.168.1.40:80", "[::1]:25565", "[fe80::1]", "localhost:25565", "LOCALHOST", "a.localhost", "printer.local:1", "deskpc:25565", "DeskPC", "deskpc.", "chat.example.org"
  ])("a page of %s is one of ours", (host) => {
    expect(status({ hosts: [host] })).toBe("/")
  })

  it.each([
    "evil.example", "evil.example:25565", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost", "127.0.0.1@evil.example", "evil.example#127.0.0.1", "2130706433", "0x7f.1", "127.1", "deskpc.evil.example", "", " ", "[::1", "::1", "a b", "127.0.0.1:999999", "xn--fiqs8s.example"
  ])("a page of %j is not", (host) => {
    expect(status({ hosts: [host] })).toBe(421)
  })

  it("one Host, no more and no less", () => {
    expect(status({ hosts: [] })).toBe(400)
    expect(status({ hosts: ["127.0.0.1", "127.0.0.1"] })).toBe(400)
  })

  it("a page of another site may not ask", () => {
    const host = "127.0.0.1:25565"
    expect(status({ hosts: [host], origins: [`http://${host}`] })).toBe("/")
    expect(status({ hosts: [host], origins: [`https://${host}`] })).toBe("/")
    for (const origin of ["null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:25566", `http://${host}.evil.example`, `http://evil.example/${host}`, `ftp://${host}`, "", host]) {
      expect(status({ hosts: [host], origins: [origin] })).toBe(403)
    }
    expect(status({ hosts: [host], origins: [`http://${host}`, `http://${host}`] })).toBe(403)
  })

  it("only what is read, and without a body", () => {
    expect(status({ method: "HEAD" })).toBe("/")
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND"]) expect(status({ method })).toBe(405)
    expect(status({ hasBody: true })).toBe(400)
  })

  it("a path of this server", () => {
    expect(status({ target: "/a?b=c#d" })).toBe("/a")
    for (const target of ["http://127.0.0.1/", "*", "127.0.0.1:25565", "", "a"]) expect(status({ target })).toBe(400)
  })

  it("what scripts ask for, by one method for each path, where they are served", () => {
    const allowed = (path: string, method: string, hasHooks = true) => check(asked({ target: path, method, hasBody: method === "POST" }), names, hasHooks)
    expect(allowed("/rooms/dev?as=CI", "POST")).toEqual({ path: "/rooms/dev" })
    expect(allowed("/rooms/dev/events", "GET")).toEqual({ path: "/rooms/dev/events" })
    expect(allowed("/rooms/dev", "GET")).toMatchObject({ status: 405, allow: "POST" })
    for (const method of ["HEAD", "POST"]) expect(allowed("/rooms/dev/events", method)).toMatchObject({ status: 405, allow: "GET" })
    for (const [path, method] of [["/rooms/dev", "POST"], ["/rooms/dev", "GET"], ["/rooms/dev/events", "GET"]] as const) expect(allowed(path, method, false)).toMatchObject({ status: 404 })
    for (const path of ["/rooms", "/rooms/", "/rooms/a/b", "/rooms/a/events/", "/rooms//events"]) expect(hookAt(path)).toBeUndefined()
    expect(hookAt("/rooms/events")).toEqual({ kind: "say", room: "events" })
  })

  it("whether it is there, under any name", () => {
    expect(status({ target: "/health", hosts: ["balancer.example"] })).toBe("/health")
    expect(status({ target: "/healthy", hosts: ["balancer.example"] })).toBe(421)
  })
})
