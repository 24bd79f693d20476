import { readFileSync } from "node:fs"

// USER_HZ, the unit of the CPU times in /proc: 100 a second on every Linux in use.
const ticksPerSecond = 100

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "latin1")
  } catch {
    return undefined
  }
}

/** The CPU time a process has used, in seconds; `undefined` on a system without /proc. */
export const cpuSeconds = (pid: number): number | undefined => {
  const stat = read(`/proc/${pid}/stat`)
  // The second field, the program's name, may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The resident memory (RSS) of a process, in KB; `undefined` on a system without /proc. */
export const residentKb = (pid: number): number | undefined => {
  const size = /^VmRSS:\s+(\d+) kB$/mu.exec(read(`/proc/${pid}/status`) ?? "")?.[1]
  return size === undefined ? undefined : Number(size)
}

/** The sum of a figure of some processes; `undefined` where one is not told. */
export const sumOf = (pids: ReadonlyArray<number>, of: (pid: number) => number | undefined): number | undefined =>
  pids.reduce<number | undefined>((sum, pid) => {
    const value = of(pid)
    return sum === undefined || value === undefined ? undefined : sum + value
  }, 0)

/** The CPU time that all processes have used, and what the hypervisor took away (steal), in seconds of one core; `undefined` on a system without /proc. */
export const busySeconds = (): number | undefined => {
  const [user, nice, system, , , irq, softirq, steal] = read("/proc/stat")?.slice("cpu  ".length).split(" ", 8).map(Number) ?? []
  const ticks = [user, nice, system, irq, softirq, steal].reduce((sum = 0, each = 0) => sum + each, 0)
  return user === undefined || ticks === undefined ? undefined : ticks / ticksPerSecond
}
