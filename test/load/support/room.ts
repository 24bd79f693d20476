import type { Stage } from "../../e2e/support/stage.ts"
import { Audience, type Coming } from "./Audience.ts"
import { RunningServer } from "./RunningServer.ts"

/** Starts a server, which ends with the test. */
export const serve = async (stage: Stage, args: ReadonlyArray<string> = []): Promise<RunningServer> => {
  const server = await RunningServer.start(args)
  stage.onEnd(() => server.kill())
  return server
}

/** Fills its room with people, who are gone with the test. */
export const gather = async (stage: Stage, { port }: RunningServer, coming: Omit<Coming, "port">): Promise<Audience> => {
  const audience = await Audience.gather({ port, ...coming })
  stage.onEnd(() => {
    audience.destroy()
  })
  return audience
}
