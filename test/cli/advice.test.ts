import { describe, expect, it } from "@effect/vitest"
import { withAdvice } from "../../src/cli/serve/advice.ts"
import { ListenError } from "../../src/server/Errors.ts"

describe("A server that cannot listen says why, and which option helps:", () => {
  it.each([
    ["EADDRINUSE", "the port is in use. Stop the program that uses it, or choose another with --port (0 takes a free one)."],
    ["EACCES", "not permitted. Choose a port above 1023 with --port."],
    ["EPERM", "not permitted. Choose a port above 1023 with --port."],
    ["EADDRNOTAVAIL", "this machine does not have that address. Choose another with --host (0.0.0.0 listens on all)."],
    ["ENOTFOUND", "there is no such address. Choose another with --host (0.0.0.0 listens on all)."],
    ["EAI_AGAIN", "there is no such address. Choose another with --host (0.0.0.0 listens on all)."],
    ["EINVAL", "there is no such address. Choose another with --host (0.0.0.0 listens on all)."],
    ["EIO", "EIO. Choose another address with --host and --port."]
  ])("%s", (code, words) => {
    expect(withAdvice(new ListenError({ code, host: "\u001b[1mhere", port: 1 }))).toBe(`Cannot listen on [1mhere, port 1: ${words}`)
  })
})
