import { execFileSync, spawn, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { createPrivateKey, createPublicKey, webcrypto, X509Certificate } from "node:crypto"
import { writeFile } from "node:fs/promises"
import * as Https from "node:https"
import * as Net from "node:net"
import { join } from "node:path"
import * as Tls from "node:tls"
import { describe, expect } from "vitest"
import { X509CertificateGenerator } from "../../src/cli/serve/x509.ts"
import { fingerprintOf } from "../../src/net/fingerprint.ts"
import { selfSigned } from "../support/selfSigned.ts"
import { encrypt, folder } from "./support/encrypted.ts"
import { environment, Program, run, type Served, serve, start } from "./support/program.ts"
import { connectInClear, lineClient, listen, Native, nativeClient, Raw } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

const has = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args, { stdio: "ignore" }).error === undefined
const hasOpenssl = has("openssl", "version")
const hasCurl = has("curl", "--version")
if (!hasOpenssl) console.warn("Tests of TLS with openssl are skipped: it is not installed.")

/** A server with a certificate of its own making, and the home in which it is. */
const own = async (stage: Stage, ...args: ReadonlyArray<string>): Promise<Served & { readonly home: string; readonly fingerprint: string }> => {
  const home = folder(stage)
  const served = await serve(stage, { args: ["--tls", ...args], env: { XDG_STATE_HOME: home } })
  const { text } = await served.program.line(/fingerprint, which the links to join carry, is /u)
  return { ...served, home, fingerprint: text.slice(text.lastIndexOf(" ") + 1) }
}

const secured = async (stage: Stage, port: number): Promise<Native> => new Native(await encrypt((await connectInClear(stage, port)).socket)).read()

/** What `join` says with these arguments, and one line in its pipe. */
const joined = async (stage: Stage, config: string, ...args: ReadonlyArray<string>) => {
  const program = start(stage, ["join", ...args, "--name", "ada", "--reconnect", "off"], { env: { XDG_CONFIG_HOME: config } })
  program.type("hello\n")
  program.endInput()
  const { code } = await program.ended()
  return { code, stdout: program.stdout.text, stderr: program.stderr.text }
}

/** A server with another certificate, in the place of one that is gone. */
const another = async (stage: Stage, port: number): Promise<void> => {
  await start(stage, ["serve", "--tls", "--port", String(port)], { env: { XDG_STATE_HOME: folder(stage) } }).line(/Listening/u)
}

const pemOf = (home: string): string => join(home, "brusio", "certificate.pem")

describe.concurrent("TLS on the same port", () => {
  it("carries every dialect, and those inside are in one room with those who come without", async ({ stage }) => {
    const { port } = await own(stage)
    const clear = await nativeClient(stage, port, "clear")
    const native = await secured(stage, port)
    await native.send({ _tag: "Hello", v: 1, nickname: "native" })
    await native.event("Welcome")
    const plain = new Raw(await encrypt((await connectInClear(stage, port)).socket)).read()
    await plain.heard.line(/Welcome to brusio.*name/u)
    await plain.write("plain\n")
    await plain.heard.line("Welcome plain! To leave, type {quit}.")
    const irc = new Raw(await encrypt((await connectInClear(stage, port)).socket)).read()
    await irc.write("NICK irc\r\nUSER irc 0 * :x\r\nJOIN #lobby\r\n")
    await irc.heard.line(/ 366 irc #lobby /u)
    for (const name of ["native", "plain", "irc"]) await clear.event("Joined", ({ member }) => member.name === name)
    await clear.send({ _tag: "Say", text: "to all" })
    await native.event("Said", ({ text }) => text === "to all")
    await plain.heard.line("clear: to all")
    await irc.heard.line(/PRIVMSG #lobby :to all/u)
    await plain.write("from within\n")
    await clear.event("Said", ({ text }) => text === "from within")
    plain.socket.end()
    await clear.event("Left", ({ member }) => member.name === "plain")
    expect((await plain.closed).by).toBe("FIN")
  })

  it("takes who is late with its handshake: nobody is greeted in clear meanwhile, as where TLS is not spoken", async ({ stage }) => {
    const [{ port }, without] = await Promise.all([own(stage), serve(stage)])
    const { socket } = await connectInClear(stage, port)
    const greeted = (await connectInClear(stage, without.port)).read()
    await greeted.heard.line(/Welcome to brusio.*name/u)
    const late = new Native(await encrypt(socket)).read()
    await late.send({ _tag: "Hello", v: 1, nickname: "late" })
    await late.event("Welcome")
  })

  it("carries the page", async ({ stage }) => {
    const { port } = await own(stage)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      Https.get({ host: "127.0.0.1", port, rejectUnauthorized: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).once("error", reject)
    })
    expect(status).toBe(200)
  })

  it.runIf(hasOpenssl)("is spoken with openssl s_client, and with nothing older than TLS 1.2, nor is it negotiated anew", async ({ stage }) => {
    const { port } = await own(stage)
    const ada = await nativeClient(stage, port, "ada")
    const open = (...args: ReadonlyArray<string>) => {
      const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], { env: environment(), stdio: "pipe" })
      const program = new Program(child)
      stage.onEnd(() => {
        child.kill("SIGKILL")
      })
      return program
    }
    const bob = open("-quiet")
    bob.type("bob\nhello\n")
    await ada.event("Said", ({ from, text }) => from.name === "bob" && text === "hello")
    bob.type("{quit}\n")
    await ada.event("Left", ({ member }) => member.name === "bob")
    const old = open("-tls1_1", "-cipher", "ALL@SECLEVEL=0")
    expect((await old.ended()).code).toBe(1)
    const again = open("-tls1_2")
    again.type("cleo\n")
    await again.line("Welcome cleo! To leave, type {quit}.")
    again.type("R\n")
    await again.ended()
    await ada.event("Left", ({ member }) => member.name === "cleo")
    await ada.roundTrip()
  })

  it("keeps its certificate with its key, for this user alone, from one start to the next", async ({ stage }) => {
    const { fingerprint, home, program } = await own(stage)
    expect(statSync(pemOf(home)).mode & 0o777).toBe(0o600)
    expect(fingerprintOf(new X509Certificate(readFileSync(pemOf(home))))).toBe(fingerprint)
    program.kill("SIGTERM")
    await program.ended()
    const again = await serve(stage, { args: ["--tls"], env: { XDG_STATE_HOME: home } })
    await again.program.line(new RegExp(`In a browser: https://127.0.0.1:${again.port}/`, "u"))
    await again.program.line(new RegExp(`Join with: .* join brusios://127.0.0.1:${again.port}#${fingerprint}$`, "u"))
  })

  it.runIf(hasOpenssl)("renews a certificate that is about to end with the same key, so that links and clients go on knowing it", async ({ stage }) => {
    const { fingerprint, home, program } = await own(stage)
    program.kill("SIGTERM")
    await program.ended()
    const [key = ""] = /-----BEGIN PRIVATE KEY-----[^]*-----END PRIVATE KEY-----\n/u.exec(readFileSync(pemOf(home), "utf8")) ?? []
    const file = join(home, "key.pem")
    writeFileSync(file, key)
    const ending = execFileSync("openssl", ["req", "-x509", "-key", file, "-days", "3", "-subj", "/CN=old"], { encoding: "utf8" })
    writeFileSync(pemOf(home), `${ending}${key}`)
    chmodSync(pemOf(home), 0o644)
    const again = await serve(stage, { args: ["--tls"], env: { XDG_STATE_HOME: home } })
    await again.program.line(new RegExp(`#${fingerprint}$`, "u"))
    expect(Date.parse(new X509Certificate(readFileSync(pemOf(home))).validTo) - Date.now()).toBeGreaterThan(300 * 86_400_000)
    expect(statSync(pemOf(home)).mode & 0o777).toBe(0o600)
  })
})

describe.concurrent("A client of ours", () => {
  it("trusts the fingerprint in a link, and nothing else then", async ({ stage }) => {
    const { fingerprint, port } = await own(stage)
    const config = folder(stage)
    expect(await joined(stage, config, `brusios://127.0.0.1:${port}#${fingerprint}`)).toMatchObject({ code: 0, stderr: "" })
    const wrong = await joined(stage, config, `brusios://127.0.0.1:${port}#${"A".repeat(43)}`)
    expect(wrong).toMatchObject({ code: 1, stdout: "" })
    expect(wrong.stderr).toContain("its certificate is not the one that you know")
    expect(existsSync(join(config, "brusio"))).toBe(false)
  })

  it("knows a server again that it has met, and refuses another one in its place", async ({ stage }) => {
    const config = folder(stage)
    const first = await own(stage)
    const { fingerprint, port } = first
    const met = await joined(stage, config, "--tls", "--port", String(port))
    expect(met).toMatchObject({ code: 0 })
    expect(met.stderr).toContain(`You are at 127.0.0.1:${port} for the first time, and no authority vouches for it (it is signed by itself): its certificate has the fingerprint ${fingerprint}`)
    expect(await joined(stage, config, `brusios://127.0.0.1:${port}`)).toMatchObject({ code: 0, stderr: "" })
    const known = join(config, "brusio", "known_rooms")
    expect(statSync(known).mode & 0o777).toBe(0o600)
    first.program.kill("SIGTERM")
    await first.program.ended()
    await another(stage, port)
    const refused = await joined(stage, config, "--tls", "--port", String(port))
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toContain(`line 2 of ${known}`)
    writeFileSync(known, "# nobody\n")
    expect(await joined(stage, config, "--tls", "--port", String(port))).toMatchObject({ code: 0 })
  })

  it("trusts nobody by a line that is spoiled, and says which it is", async ({ stage }) => {
    const { fingerprint, port } = await own(stage)
    const config = folder(stage)
    mkdirSync(join(config, "brusio"))
    for (const rest of [fingerprint.slice(1), `${fingerprint} more`, ""]) {
      writeFileSync(join(config, "brusio", "known_rooms"), `# a comment\n\n127.0.0.1:${port} ${rest}\n`)
      const { code, stderr } = await joined(stage, config, "--tls", `127.0.0.1:${port}`)
      expect(stderr).toMatch(/line 3 of .*known_rooms, by which you know this room, is spoiled/u)
      expect(code).toBe(1)
    }
  })

  it("joins all the same where nothing can be remembered, and says so", async ({ stage }) => {
    const { fingerprint, port } = await own(stage)
    const config = folder(stage)
    // A link that leads nowhere: nothing is there to be read, and no folder can be made.
    symlinkSync(join(config, "nowhere", "at", "all"), join(config, "brusio"))
    const met = await joined(stage, config, "--tls", "--port", String(port))
    expect(met).toMatchObject({ code: 0 })
    expect(met.stderr).toContain(`has the fingerprint ${fingerprint}. It could not be remembered: ${join(config, "brusio", "known_rooms")} cannot be written.`)
  })

  it("does not come back to another server, and says why at once", async ({ stage }) => {
    const config = folder(stage)
    const first = await own(stage)
    const port = String(first.port)
    const ada = start(stage, ["join", `brusios://127.0.0.1:${port}#${first.fingerprint}`, "--name", "ada", "--reconnect", "120"], { env: { XDG_CONFIG_HOME: config } })
    await ada.line(/^Welcome ada!/u)
    first.program.kill("SIGKILL")
    await first.program.ended()
    await another(stage, first.port)
    expect((await ada.ended(30_000)).code).toBe(1)
    expect(ada.stderr.text).toContain(`Connection to 127.0.0.1:${port} lost: its certificate is not the one that you know.`)
  })

  it("goes on trying to come back where something answers without TLS, as a server does that is closing", async ({ stage }) => {
    const { fingerprint, home, port, program } = await own(stage)
    const ada = start(stage, ["join", `brusios://127.0.0.1:${port}#${fingerprint}`, "--name", "ada", "--reconnect", "120"])
    await ada.line(/^Welcome ada!/u)
    program.kill("SIGKILL")
    await program.ended()
    const inClear = Net.createServer()
    await listen(stage, inClear, port)
    // The client has heard the words in clear by the time that it comes again.
    for (let n = 0; n < 2; n += 1) {
      await new Promise<void>((resolve) => {
        inClear.once("connection", (socket) => {
          socket.on("error", () => undefined)
          socket.end("Too busy.\n")
          resolve()
        })
      })
    }
    inClear.close()
    const again = start(stage, ["serve", "--tls", "--port", String(port)], { env: { XDG_STATE_HOME: home } })
    await again.line(/ ada joined /u, 30_000)
  })

  it("says so where TLS is not spoken, and what is wrong with a link", async ({ stage }) => {
    const { port } = await serve(stage)
    const config = folder(stage)
    const { code, stderr } = await joined(stage, config, `brusios://127.0.0.1:${port}`)
    expect(code).toBe(1)
    expect(stderr).toContain(`Cannot connect to 127.0.0.1:${port}: TLS is not spoken there`)
    for (const link of ["brusios://127.0.0.1#short", "brusios://", `brusios://127.0.0.1/x#${"A".repeat(43)}`]) {
      const refused = await run(stage, ["join", link, "--no-input"])
      expect(refused, link).toMatchObject({ code: 1, stdout: "" })
      // A link may have been cut where it was copied.
      expect(refused.stderr, link).toMatch(/or a whole link to a room, whose fingerprint has 43 characters\.\n$/u)
    }
  })
})

describe.concurrent("With --tls-only who comes without is told how to come", () => {
  it("in each dialect, with a FIN, and takes no place", async ({ stage }) => {
    const { port } = await own(stage, "--tls-only")
    const words = /encrypted; come to the same port with TLS/u
    for (const said of ["", "ada\n", "NICK ada\r\nUSER ada 0 * :x\r\n", '{"_tag":"Hello","v":1,"nickname":"ada"}\n']) {
      const raw = (await connectInClear(stage, port)).read()
      if (said !== "") await raw.write(said)
      await raw.heard.line(words)
      expect((await raw.closed).by).toBe("FIN")
    }
    const native = await secured(stage, port)
    await native.send({ _tag: "Hello", v: 1, nickname: "ada" })
    await native.event("Welcome", ({ here }) => here === 1)
  })

  it.runIf(hasCurl)("and a browser is sent to https://, with the path it asked for", async ({ stage }) => {
    const { port } = await own(stage, "--tls-only")
    const curl = (...args: ReadonlyArray<string>): string => execFileSync("curl", ["-sk", ...args], { encoding: "utf8" })
    expect(curl("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", `http://127.0.0.1:${port}/a?b=c`)).toBe(`307 https://127.0.0.1:${port}/a?b=c`)
    expect(curl("-L", "-o", "/dev/null", "-w", "%{http_code}", `http://127.0.0.1:${port}/`)).toBe("200")
    expect(curl("-i", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", `http://127.0.0.1:${port}/`)).toContain("begins with wss")
  })
})

/** A certificate, with its key. */
const certified = (path: string, name: string, ...args: ReadonlyArray<string>) => {
  const files = { cert: join(path, `${name}.pem`), key: join(path, `${name}.key`) }
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", `/CN=${name}`, "-keyout", files.key, "-out", files.cert, ...args], { stdio: "ignore" })
  return files
}

/** A certificate that was good for a day, years ago. */
const endedCertificate = async (pem: Buffer): Promise<string> => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
  const key = createPrivateKey(pem)
  const privateKey = await webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), algorithm, true, ["sign"])
  const publicKey = await webcrypto.subtle.importKey("spki", createPublicKey(key).export({ type: "spki", format: "der" }), algorithm, true, ["verify"])
  const [notBefore, notAfter] = [new Date("2020-01-01"), new Date("2020-01-02")]
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: "CN=ended", notBefore, notAfter, signingAlgorithm: algorithm, keys: { privateKey, publicKey } })
  return certificate.toString("pem")
}

describe.runIf(hasOpenssl).concurrent("A certificate of one's own", () => {
  it("is taken up anew when its files change, and who is inside stays; a bad one is told of, and the one before stays", async ({ stage }) => {
    const path = folder(stage)
    const files = certified(path, "one", "-addext", "subjectAltName=DNS:chat.example.org")
    const { port, program } = await serve(stage, { args: ["--tls-cert", files.cert, "--tls-key", files.key] })
    await program.line(new RegExp(`Join with: .* join brusios://chat.example.org:${port}$`, "u"))
    const shown = async (): Promise<string | undefined> => {
      const socket = await encrypt((await connectInClear(stage, port)).socket)
      const subject = socket.getPeerX509Certificate()?.subject
      socket.destroy()
      return subject
    }
    const inside = await secured(stage, port)
    await inside.send({ _tag: "Hello", v: 1, nickname: "ada" })
    await inside.event("Welcome")
    expect(await shown()).toBe("CN=one")
    const two = certified(path, "two")
    renameSync(two.key, files.key)
    renameSync(two.cert, files.cert)
    await program.line(/The certificate was taken up anew: it is good until \d{4}-\d\d-\d\d/u)
    expect(await shown()).toBe("CN=two")
    writeFileSync(files.cert, "nothing")
    await program.line(/ERROR Cannot use the certificate in .*: the first file holds no certificate in PEM .* The one before stays/u)
    expect(await shown()).toBe("CN=two")
    await inside.roundTrip()
  })

  it("is read once where it is in one file with its key, so that both are of one moment", async ({ stage }) => {
    const path = folder(stage)
    const { cert, key } = certified(path, "one")
    const pipe = join(path, "pipe")
    spawnSync("mkfifo", [pipe])
    // What is in a pipe is read by whoever reads first, and by nobody else.
    const writing = writeFile(pipe, `${readFileSync(cert, "utf8")}${readFileSync(key, "utf8")}`)
    const { port } = await serve(stage, { args: ["--tls-cert", pipe, "--tls-key", pipe] })
    await writing
    await secured(stage, port)
  })

  it("is refused at the start in words, whatever is wrong with it", async ({ stage }) => {
    const path = folder(stage)
    const one = certified(path, "one")
    const two = certified(path, "two")
    const ended = { cert: join(path, "ended.pem"), key: one.key }
    writeFileSync(ended.cert, await endedCertificate(readFileSync(one.key)))
    const none = join(path, "none")
    writeFileSync(none, "nothing\n")
    for (const [cert, key, words] of [
      [one.cert, two.key, "the private key is that of another certificate"],
      [ended.cert, ended.key, "it ended on 2020-01-02"],
      [none, one.key, "the first file holds no certificate in PEM"],
      [one.cert, none, "the second file holds no private key in PEM"],
      [join(path, "missing"), one.key, "cannot be read (ENOENT)"]
    ] as const) {
      const { code, stderr } = await run(stage, ["serve", "--port", "0", "--tls-cert", cert, "--tls-key", key])
      expect(stderr).toContain(words)
      expect(stderr.trim().split("\n")).toHaveLength(1)
      expect(code).toBe(1)
    }
    const alone = await run(stage, ["serve", "--port", "0", "--tls-cert", one.cert])
    expect(alone).toMatchObject({ code: 1 })
    expect(alone.stderr).toContain("given together with --tls-key")
  })
})

/** A client of IRC over TLS, with a certificate or without. */
const ircOver = async (stage: Stage, port: number, files?: { readonly cert: string; readonly key: string }): Promise<Raw> => {
  const shown = files === undefined ? {} : { cert: readFileSync(files.cert), key: readFileSync(files.key) }
  const socket = Tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...shown })
  stage.onEnd(() => {
    socket.destroy()
  })
  await new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve)
    socket.once("error", reject)
  })
  return new Raw(socket).read()
}

const registering = (nick: string, ...lines: ReadonlyArray<string>): string => [...lines, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`].map((line) => `${line}\r\n`).join("")

describe.runIf(hasOpenssl).concurrent("Clients of IRC with TLS", () => {
  it("show who has claimed a name by the certificate with which it was claimed (SASL EXTERNAL), and by no other", async ({ stage }) => {
    const path = folder(stage)
    const [own1, other] = [certified(path, "mine"), certified(path, "other")]
    const { port } = await own(stage)
    const ada = await ircOver(stage, port, own1)
    await ada.write(registering("ada", "CAP LS 302", "CAP REQ :sasl", "CAP END"))
    await ada.heard.line(/ CAP \* LS .*sasl=EXTERNAL,PLAIN/u)
    await ada.write("REGISTER * * :correct horse\r\n")
    await ada.heard.line(/REGISTER SUCCESS ada/u)
    await ada.write("QUIT\r\n")
    await ada.closed
    const external = ["CAP REQ :sasl", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +", "CAP END"]
    const stranger = await ircOver(stage, port, other)
    await stranger.write(registering("ada").replace("USER", `${external.slice(0, 3).join("\r\n")}\r\nUSER`))
    await stranger.heard.line(/ 904 /u)
    const nobody = await ircOver(stage, port)
    await nobody.write(`${external.slice(0, 2).join("\r\n")}\r\n`)
    await nobody.heard.line(/ 908 \* PLAIN /u)
    await nobody.heard.line(/ 904 /u)
    // The fingerprint of a certificate is no secret: said as words it opens nothing.
    const { fingerprint256 } = new X509Certificate(readFileSync(own1.cert))
    for (const words of [fingerprint256, fingerprint256.replaceAll(":", "").toLowerCase()]) {
      const guesser = await ircOver(stage, port)
      await guesser.write(`CAP REQ :sasl\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE ${Buffer.from(`\0ada\0${words}`).toString("base64")}\r\n`)
      await guesser.heard.line(/ 904 /u)
    }
  })

  it("take the name up again without a word", async ({ stage }) => {
    const mine = certified(folder(stage), "mine")
    const { port } = await own(stage)
    const ada = await ircOver(stage, port, mine)
    await ada.write(`${registering("ada")}REGISTER * * :correct horse\r\n`)
    await ada.heard.line(/REGISTER SUCCESS ada/u)
    await ada.write("QUIT\r\n")
    await ada.closed
    const again = await ircOver(stage, port, mine)
    await again.write(`CAP REQ :sasl\r\nAUTHENTICATE EXTERNAL\r\nAUTHENTICATE ${Buffer.from("ada").toString("base64")}\r\n`)
    await again.heard.line(/ 900 .* :You are now logged in as ada/u)
    await again.heard.line(/ 903 /u)
    await again.write(`CAP END\r\n${registering("ada")}`)
    await again.heard.line(/ 001 ada /u)
  })

  it("are shown to come with TLS always, where an authority is to vouch for the certificate (sts), and not otherwise", async ({ stage }) => {
    const files = certified(folder(stage), "one")
    const trusted = await serve(stage, { args: ["--tls-cert", files.cert, "--tls-key", files.key] })
    const clear = (await connectInClear(stage, trusted.port)).read()
    await clear.write("CAP LS 302\r\n")
    await clear.heard.line(new RegExp(` sts=duration=2592000,port=${trusted.port}`, "u"))
    await clear.write("CAP REQ :sts\r\n")
    await clear.heard.line(/ CAP \* NAK :sts/u)
    const secure = await ircOver(stage, trusted.port)
    await secure.write("CAP LS 302\r\n")
    await secure.heard.line(/ sts=duration=2592000(?:\r| )/u)
    const { port } = await own(stage)
    const untrusted = (await connectInClear(stage, port)).read()
    await untrusted.write("CAP LS 302\r\n")
    const { text } = await untrusted.heard.line(/ CAP \* LS /u)
    expect(text).not.toContain("sts=")
  })
})

describe.concurrent("Handshakes", () => {
  it("that are not over in time end, told in the log; those inside go on", async ({ stage }) => {
    const { port, program } = await own(stage)
    const ada = await nativeClient(stage, port, "ada")
    const half = (await connectInClear(stage, port)).read()
    await half.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01))
    await program.line(/disconnected: its TLS handshake was not over within 10 s/u, 30_000)
    await half.closed
    await ada.roundTrip()
  })

  it("that are garbage end at once, told in the log", async ({ stage }) => {
    const { port, program } = await own(stage)
    const garbage = (await connectInClear(stage, port)).read()
    await garbage.write(Uint8Array.from({ length: 600 }, (_, n) => (n < 5 ? [0x16, 0x03, 0x01, 0x02, 0x00][n]! : n % 251)))
    await program.line(/disconnected: its TLS handshake failed \(ERR_SSL_/u)
    await garbage.closed
  })

  it("that are reset in the middle end, and nobody else", async ({ stage }) => {
    const { port } = await own(stage)
    const ada = await nativeClient(stage, port, "ada")
    for (let n = 0; n < 50; n += 1) {
      const raw = await connectInClear(stage, port)
      const clear = Tls.connect({ socket: raw.socket, rejectUnauthorized: false })
      clear.on("error", () => undefined)
      if (n % 2 === 0) await new Promise((resolve) => raw.socket.once("connect", resolve).write("", resolve))
      raw.socket.resetAndDestroy()
    }
    await ada.roundTrip()
  })

  it("take of the allowance of their address from the first byte on: those that are never ended, too", async ({ stage }) => {
    const { port } = await own(stage, "--rate-limit", "10", "--connect-rate-limit", "1", "--connect-rate-burst", "3")
    // Another address has an allowance of its own.
    const elsewhere = Net.connect({ host: "127.0.0.1", port, localAddress: "127.0.0.2" })
    stage.onEnd(() => {
      elsewhere.destroy()
    })
    for (let n = 0; n < 3; n += 1) await (await connectInClear(stage, port)).write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01))
    const start = performance.now()
    const late = connectInClear(stage, port).then(({ socket }) => encrypt(socket))
    await encrypt(elsewhere)
    const other = performance.now() - start
    await late
    expect(performance.now() - start).toBeGreaterThan(Math.max(900, other))
  })

  it("by a thousand at once, and a thousand that are never ended, leave those inside talking", async ({ stage }) => {
    const { port } = await own(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    const halves = Array.from({ length: 1000 }, () => {
      const socket = Net.connect({ host: "127.0.0.1", port }, () => socket.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01)))
      socket.on("error", () => undefined)
      return socket
    })
    let over = 0
    const whole = Array.from({ length: 1000 }, () => {
      const socket = Tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
        over += 1
      })
      socket.on("error", () => undefined)
      return socket
    })
    stage.onEnd(() => {
      for (const socket of [...halves, ...whole]) socket.destroy()
    })
    const waits: Array<number> = []
    for (let n = 0; over < 500 || n < 20; n += 1) {
      const from = performance.now()
      await ada.send({ _tag: "Say", text: `line ${n}` })
      await bob.heard.line(`ada: line ${n}`)
      waits.push(performance.now() - from)
    }
    expect(Math.max(...waits)).toBeLessThan(1000)
  }, 60_000)
})

describe("What is said over TLS", () => {
  it("shows nothing of itself on the way", async ({ stage }) => {
    const { port } = await own(stage)
    const seen: Array<Buffer> = []
    const tap = await new Promise<number>((resolve) => {
      const server = Net.createServer((near) => {
        const far = Net.connect({ host: "127.0.0.1", port })
        for (const [from, to] of [[near, far], [far, near]] as const) {
          from.on("data", (bytes: Buffer) => {
            seen.push(bytes)
            to.write(bytes)
          })
          from.on("error", () => undefined)
          stage.onEnd(() => {
            from.destroy()
          })
        }
      })
      stage.onEnd(() => {
        server.close()
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resolve(typeof address === "object" && address !== null ? address.port : 0)
      })
    })
    const ada = await secured(stage, tap)
    await ada.send({ _tag: "Hello", v: 1, nickname: "ada", secret: "s".repeat(40) })
    await ada.event("Welcome")
    const all = Buffer.concat(seen).toString("latin1")
    expect(all.length).toBeGreaterThan(1000)
    for (const words of ["Hello", "ada", "Welcome", "ssssssss"]) expect(all).not.toContain(words)
    expect(selfSigned.cert).toContain("BEGIN CERTIFICATE")
  })
})
