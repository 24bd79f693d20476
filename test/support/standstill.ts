/** Blocks this process for so long, ms: as if it had been stopped, no timer runs and nothing is read. */
export const block = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
