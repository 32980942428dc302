import type { Observation } from './observation.ts'

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g
const TYPE = /^# TYPE (\S+) (\S+)/

/** Adds what was scraped. */
export function addScrape(text: string, observation: Observation): void {
  observation.exports++
  const kinds = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, typed, kind] = TYPE.exec(line) ?? []
    if (typed !== undefined && kind !== undefined) kinds.set(typed, kind)
    const [, metric, labels = '', value] = SAMPLE.exec(line) ?? []
    if (metric === undefined || line.startsWith('#')) continue
    const all = Object.fromEntries([...labels.matchAll(LABEL)].map(([, name, text]) => [name!, text!]))
    const { otel_scope_name: scope = '', otel_scope_version: _, ...attributes } = all
    observation.add({ scope, metric, kind: kinds.get(metric) ?? '', attributes, value: Number(value), isDelta: false })
  }
}
