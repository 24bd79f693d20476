/** The text format of Prometheus (version 0.0.4) for metrics in the model of Effect's. */
import * as MetricState from "effect/MetricState"
import type * as MetricPair from "effect/MetricPair"
import * as Option from "effect/Option"

/** The media type of what {@link render} makes. */
export const mediaType = "text/plain; version=0.0.4; charset=utf-8"

type Pair = MetricPair.MetricPair.Untyped
type Labels = ReadonlyArray<readonly [string, string]>

// A number as Go reads it.
const numeral = (value: number | bigint): string => (value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value))

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" }

const sample = (name: string, labels: Labels, value: number | bigint): string => {
  const inside = labels.map(([key, of]) => `${key}="${of.replace(/[\\"\n]/gu, (character) => escapes[character] ?? character)}"`).join(",")
  return `${name}${inside === "" ? "" : `{${inside}}`} ${numeral(value)}\n`
}

const typeOf = ({ metricState }: Pair): string =>
  MetricState.isGaugeState(metricState) ? "gauge" : MetricState.isSummaryState(metricState) ? "summary" : MetricState.isHistogramState(metricState) ? "histogram" : "counter"

const samples = ({ metricKey: { name, tags }, metricState: state }: Pair): ReadonlyArray<string> => {
  const labels = tags.map(({ key, value }) => [key, value] as const)
  if (MetricState.isCounterState(state)) return [sample(name, labels, state.count)]
  if (MetricState.isGaugeState(state)) return [sample(name, labels, state.value)]
  if (MetricState.isFrequencyState(state)) return [...state.occurrences].map(([key, count]) => sample(name, [...labels, ["key", key]], count))
  const total = (sum: number, count: number) => [sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, count)]
  if (MetricState.isSummaryState(state)) {
    const quantiles = state.quantiles.map(([quantile, value]) => sample(name, [...labels, ["quantile", numeral(quantile)]], Option.getOrElse(value, () => NaN)))
    return [...quantiles, ...total(state.sum, state.count)]
  }
  if (MetricState.isHistogramState(state)) {
    const buckets = [...state.buckets.filter(([bound]) => Number.isFinite(bound)), [Infinity, state.count] as const]
    return [...buckets.map(([bound, count]) => sample(`${name}_bucket`, [...labels, ["le", numeral(bound)]], count)), ...total(state.sum, state.count)]
  }
  return []
}

/** Metrics as Prometheus reads them. Those with the same name have to be next to each other, and of one type. */
export const render = (pairs: Iterable<Pair>): string => {
  let text = ""
  let last = ""
  for (const pair of pairs) {
    const { description, name } = pair.metricKey
    if (name !== last) {
      const help = Option.getOrElse(description, () => "").replace(/[\\\n]/gu, (character) => escapes[character] ?? character)
      text += `# HELP ${name} ${help}\n# TYPE ${name} ${typeOf(pair)}\n`
      last = name
    }
    text += samples(pair).join("")
  }
  return text
}
