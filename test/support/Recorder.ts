import { Socket } from "node:net"
import { Connection } from "../../src/net/Connection.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { show } from "./bytes.ts"

/** A connection to nobody that takes everything at once and remembers each write. */
export class Recorder extends Connection {
  readonly writes: Array<string> = []

  constructor() {
    super(new Socket(), defaults)
  }

  override get writable(): boolean {
    return true
  }

  override get backlog(): number {
    return 0
  }

  override write(bytes: Uint8Array | string): void {
    this.writes.push(typeof bytes === "string" ? bytes : show(bytes))
  }
}

/** The same, to which each write takes its time. */
export class SlowRecorder extends Recorder {
  readonly #written: () => void

  constructor(written: () => void) {
    super()
    this.#written = written
  }

  override write(bytes: Uint8Array | string): void {
    super.write(bytes)
    this.#written()
  }
}
