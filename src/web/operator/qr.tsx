import type { JSX } from "preact"

/** The dark modules as one path: a rectangle for each run of a row. */
const pathOf = (rows: ReadonlyArray<string>): string =>
  rows.flatMap((row, y) => [...row.matchAll(/1+/gu)].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`)).join("")

/** A QR code of a link, black on white in every theme. The rows have the light margin that a reader wants. */
export const QrCode = ({ link, rows }: { readonly link: string; readonly rows: ReadonlyArray<string> }): JSX.Element => (
  <div class="qr">
    <svg role="img" aria-label={`QR code of ${link}`} viewBox={`0 0 ${rows.length} ${rows.length}`} shape-rendering="crispEdges">
      <path fill="#000" d={pathOf(rows)} />
    </svg>
  </div>
)
