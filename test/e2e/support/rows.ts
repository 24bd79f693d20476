import type { Terminal } from "./tmux.ts"

/** How a screen ends. */
export interface End {
  /** The last rows. */
  readonly input: ReadonlyArray<string>
  /** What stands above them. */
  readonly status: RegExp
  /** What stands in exactly one row of the screen, each of them. */
  readonly once: ReadonlyArray<RegExp>
}

/** Waits until the screen ends like this, and returns its rows. */
export const endsLike = (terminal: Terminal, { input, once, status }: End): Promise<ReadonlyArray<string>> =>
  terminal.until(`A status line and ${JSON.stringify(input)} below it`, (screen) => {
    const rows = screen.split("\n").map((row) => row.trimEnd())
    const last = rows.slice(-input.length)
    const isWhole = input.every((row, index) => row === last[index]) && status.test(rows.at(-input.length - 1) ?? "")
    const isOnly = once.every((pattern) => rows.filter((row) => pattern.test(row)).length === 1)
    return isWhole && isOnly ? rows : undefined
  })

/** The first group of this pattern in each row that matches. */
export const texts = (rows: ReadonlyArray<string>, pattern: RegExp): ReadonlyArray<string> =>
  rows.flatMap((row) => pattern.exec(row)?.[1] ?? [])

/** A line behind the prompt, as it is broken in a terminal so wide. */
export const broken = (line: string, columns: number): ReadonlyArray<string> =>
  `> ${line}`.match(new RegExp(`.{1,${columns - 1}}`, "gu"))?.map((row) => row.trimEnd()) ?? []
