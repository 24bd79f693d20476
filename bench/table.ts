import { fixed } from "./Figure.ts"
import type { Section } from "./Section.ts"

/** One table in Markdown: a row for each figure of each section, a column for each server, ours first. */
export const table = (servers: ReadonlyArray<string>, sections: ReadonlyArray<Section>): string => {
  const [ours = "", ...peers] = servers
  const rows = [
    ["", "", ...servers, ...(peers.length > 0 ? [`${ours} / best peer`] : [])],
    ...sections.flatMap(({ rows, title }) =>
      rows.map(({ figure, ratio, values }, i) => [
        i === 0 ? title : "",
        figure.label,
        ...values.map((value) => fixed(value, figure.digits)),
        ...(peers.length === 0 ? [] : [ratio === undefined ? "" : fixed(ratio, 2)])
      ])
    )
  ]
  return markdown(rows)
}

/** Rows of cells as a table in Markdown: the first row is its head, the first two columns are words. */
export const markdown = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`
  const rule = `|${widths.map((width, i) => `${"-".repeat(width + 1)}${i < 2 ? "-" : ":"}`).join("|")}|`
  return rows.map((row, i) => (i === 0 ? `${line(row)}\n${rule}` : line(row))).join("\n")
}
