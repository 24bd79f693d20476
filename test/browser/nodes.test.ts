import { describe } from "vitest"
import { engineOf, node, patience } from "../cluster/support/party.ts"
import { hasNats } from "../cluster/support/NatsServer.ts"
import { cli } from "../e2e/support/program.ts"
import { it } from "../e2e/support/stage.ts"
import { hasTmux, openTerminal } from "../e2e/support/tmux.ts"
import { enter, hasBrowser, inRoom, open, reads, say, useBrowser } from "./support/browser.ts"
import { wayTo } from "./support/proxy.ts"

const { person } = useBrowser()

describe.runIf(hasBrowser && hasNats && hasTmux)("Two nodes that are one room", () => {
  it("have a page at one and a terminal at the other talk; where the page's is killed, it is back at the other, and has missed nothing", async ({ stage }) => {
    const { url } = await engineOf(stage)
    const [one, other] = [await node(stage, url), await node(stage, url)]
    const { port, way } = await wayTo(stage, one.port)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} join --host 127.0.0.1 --port ${other.port} --name term`)
    await terminal.shows(/2 here · connected/u)
    await reads(page, "term has joined")
    await terminal.enter("can you read this?")
    await reads(page, "can you read this?")
    await say(page, "every word")
    await terminal.shows(/web: every word/u)

    way.cut()
    one.program.kill("SIGKILL")
    await terminal.shows(/web has left the chat. \(its server is gone, may come back\)/u, patience)
    await terminal.enter("said while you were away")
    await terminal.shows(/term: said while you were away/u)
    way.mend(other.port)
    await inRoom(page)
    await reads(page, "said while you were away")
    await say(page, "and I am back")
    await terminal.shows(/web: and I am back/u)
  })
})
