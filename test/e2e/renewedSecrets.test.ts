import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as inside } from "node:path"
import { describe, expect } from "vitest"
import { type Program, serve } from "./support/program.ts"
import { connect, lineClient, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

/** A directory that is gone with the stage. */
const directory = (stage: Stage): string => {
  const path = mkdtempSync(inside(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** Says a password in a hello, and whether that lets somebody in. */
const lets = async (stage: Stage, port: number, nickname: string, password: string): Promise<string> => {
  const native = await nativeClient(stage, port)
  await native.send({ _tag: "Hello", v: 1, nickname, password })
  const answer = await Promise.race([native.event("Welcome"), native.event("Refused")])
  return answer._tag === "Welcome" ? "in" : answer.code
}

const logs = (program: Program, words: string) => program.stdout.find(words, ({ text }) => (text.endsWith(words) ? text : undefined))

describe.concurrent("The file with the password", () => {
  it("is taken up anew when it changes: whoever is in stays, and whoever comes says the new one", async ({ stage }) => {
    const path = inside(directory(stage), "password")
    writeFileSync(path, "first\n")
    const { port, program } = await serve(stage, { args: ["--password-file", path] })
    const ada = await lineClient(stage, port, "ada", "first")
    // Who has connected already, and not yet said it, is asked for the new one, too.
    const early = await nativeClient(stage, port)
    writeFileSync(`${path}.new`, "second\n")
    renameSync(`${path}.new`, path)
    await logs(program, `The password was taken up anew from ${path}`)
    expect(await lets(stage, port, "bob", "second")).toBe("in")
    expect(await lets(stage, port, "eve", "first")).toBe("password-wrong")
    await early.send({ _tag: "Hello", v: 1, nickname: "early", password: "second" })
    await early.event("Welcome")
    await ada.write("I am still here\n")
    await ada.heard.line(/bob has joined/u)
  })

  it("that cannot be used is named in one line, and the one before stays; also behind a link", async ({ stage }) => {
    const home = directory(stage)
    const [path, link] = [inside(home, "password"), inside(home, "link")]
    writeFileSync(path, "first\n")
    symlinkSync(path, link)
    const { port, program } = await serve(stage, { args: ["--password-file", link] })
    const stays = "The password was not taken up anew, and the one before stays:"
    writeFileSync(path, "\n")
    await logs(program, `${stays} --password-file cannot be "${link}": it must be a file with the password on its first line.`)
    expect(await lets(stage, port, "ada", "first")).toBe("in")
    unlinkSync(path)
    await logs(program, `${stays} --password-file cannot be "${link}": it must be a file that can be read.`)
    writeFileSync(path, "one\ttwo\n")
    await logs(program, `${stays} This password has control characters in it, which nobody can type.`)
    expect(await lets(stage, port, "bob", "first")).toBe("in")
    const other = inside(home, "other")
    writeFileSync(other, "third\n")
    symlinkSync(other, `${link}.new`)
    renameSync(`${link}.new`, link)
    await logs(program, `The password was taken up anew from ${link}`)
    expect(await lets(stage, port, "eve", "third")).toBe("in")
    expect(program.stderr.text).toBe("")
  })
})

describe("The file of an operator", () => {
  it("is taken up anew when it changes", async ({ stage }) => {
    const path = inside(directory(stage), "operator")
    writeFileSync(path, "root first\n")
    const { port, program } = await serve(stage, { args: ["--operator-file", path] })
    writeFileSync(path, "root")
    await program.line(/The secret of the operator was not taken up anew, and the one before stays: .* a file with a name and a secret/u)
    writeFileSync(path, "root second\n")
    await logs(program, `The secret of the operator was taken up anew from ${path}`)
    const ada = (await connect(stage, port)).read()
    await ada.write("NICK ada\r\nUSER ada 0 * :Ada\r\nOPER root first\r\nOPER root second\r\n")
    await ada.heard.line(":ada MODE ada :+o\r")
    expect(ada.heard.text).toMatch(/ 464 ada [\s\S]* 381 ada /u)
  })
})
