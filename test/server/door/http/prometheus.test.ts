import { describe, expect, it } from "@effect/vitest"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import * as MetricPair from "effect/MetricPair"
import * as MetricState from "effect/MetricState"
import * as Option from "effect/Option"
import { render } from "../../../../src/server/door/http/prometheus.ts"

const gauge = (name: string, value: number, labels: Readonly<Record<string, string>> = {}, description = "How many.") =>
  MetricPair.unsafeMake(
    MetricKey.taggedWithLabels(MetricKey.gauge(name, { description }), Object.entries(labels).map(([key, of]) => MetricLabel.make(key, of))),
    MetricState.gauge(value)
  )

describe("The text of metrics", () => {
  it("says once what those with one name are", () => {
    expect(render([gauge("a", 1, { of: "x" }), gauge("a", 2.5, { of: "y" }), gauge("b", 0)])).toBe(
      '# HELP a How many.\n# TYPE a gauge\na{of="x"} 1\na{of="y"} 2.5\n# HELP b How many.\n# TYPE b gauge\nb 0\n'
    )
  })

  it("escapes what would end a label, or a line", () => {
    expect(render([gauge("a", 1, { of: 'x"\n\\' }, "one\ntwo\\")])).toBe('# HELP a one\\ntwo\\\\\n# TYPE a gauge\na{of="x\\"\\n\\\\"} 1\n')
  })

  it("writes numbers as Prometheus reads them", () => {
    const values = [Infinity, -Infinity, NaN, 1e21, 1e-7, 123_456_789_012]
    expect(render(values.map((value) => gauge("a", value))).split("\n").slice(2, -1)).toEqual(["a +Inf", "a -Inf", "a NaN", "a 1e+21", "a 1e-7", "a 123456789012"])
  })

  it("has counters, summaries, histograms and frequencies", () => {
    const counter = MetricPair.unsafeMake(MetricKey.counter("c_total"), MetricState.counter(3))
    const summary = MetricPair.unsafeMake(
      MetricKey.summary({ name: "s", maxAge: "1 second", maxSize: 1, error: 0, quantiles: [0.5, 1] }),
      MetricState.summary({ error: 0, quantiles: [[0.5, Option.some(2)], [1, Option.none()]], count: 4, min: 0, max: 0, sum: 9 })
    )
    const histogram = MetricPair.unsafeMake(MetricKey.gauge("h"), MetricState.histogram({ buckets: [[1, 2], [5, 3], [Infinity, 4]], count: 4, min: 0, max: 9, sum: 20 }))
    const frequency = MetricPair.unsafeMake(MetricKey.frequency("f_total"), MetricState.frequency(new Map([["x", 1]])))
    expect(render([counter, summary, histogram, frequency])).toBe([
      "# HELP c_total ", "# TYPE c_total counter", "c_total 3",
      "# HELP s ", "# TYPE s summary", 's{quantile="0.5"} 2', 's{quantile="1"} NaN', "s_sum 9", "s_count 4",
      "# HELP h ", "# TYPE h histogram", 'h_bucket{le="1"} 2', 'h_bucket{le="5"} 3', 'h_bucket{le="+Inf"} 4', "h_sum 20", "h_count 4",
      "# HELP f_total ", "# TYPE f_total counter", 'f_total{key="x"} 1', ""
    ].join("\n"))
  })

  it("is none where there are no metrics", () => {
    expect(render([])).toBe("")
  })
})
