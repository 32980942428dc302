import { operandsOf, type Annotation, type Expression, type Value } from '../../src/index.ts'
import { EMPTY_LABELS, Labels } from '../../src/words/labels.ts'
import type { Expectations } from './expectations.ts'
import type { Evaluation } from './script.ts'
import type { SeriesLine } from './series-line.ts'

/** Relative 1e-6 as Prometheus's own runner; NaN equals NaN. */
function close(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  if (a === b) return true
  // The difference to an infinity is infinite, and so is its share: no tolerance makes them equal.
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b)) || Math.abs(a - b) < Number.MIN_VALUE / 1e-6
}

/** Every annotation of a level that is expected must be one of the expected ones, and each of these must be there. */
function compareAnnotations(expect: Expectations, annotations: readonly Annotation[]): string | undefined {
  for (const level of ['warning', 'info'] as const) {
    const got = annotations.filter(annotation => annotation.level === level).map(({ message }) => message)
    const expected = expect.annotations.filter(each => each.level === level)
    if (expected.length === 0) continue
    if (!expected.some(({ wanted }) => wanted)) {
      if (got.length > 0) return `unexpected ${level}: ${got[0]}`
      continue
    }
    const fits = (each: (typeof expected)[number], message: string): boolean =>
      (each.message === undefined || message === each.message) && (each.pattern?.test(message) ?? true)
    const missing = expected.find(each => !got.some(message => fits(each, message)))
    if (missing !== undefined)
      return `missing ${level} ${missing.message ?? missing.pattern?.source ?? ''}; got ${JSON.stringify(annotations)}`
    const extra = got.find(message => !expected.some(each => fits(each, message)))
    if (extra !== undefined) return `unexpected ${level}: ${extra}`
  }
  return undefined
}

function compareVector(expected: readonly SeriesLine[], value: Value, ordered: boolean): string | undefined {
  if (value.type !== 'vector') return `expected a vector, got ${value.type}`
  if (value.samples.length !== expected.length)
    return `expected ${expected.length} samples, got ${value.samples.map(s => `${s.labels.toString()} ${s.value}`).join('; ')}`
  for (const [i, line] of expected.entries()) {
    const { key } = Labels.from(line.labels)
    const at = value.samples.findIndex(sample => sample.labels.key === key)
    const sample = value.samples[at]
    const wanted = line.points[0]
    if (sample === undefined)
      return `missing ${Labels.from(line.labels).toString()} in ${value.samples.map(s => s.labels.toString()).join('; ')}`
    if (ordered && at !== i) return `${sample.labels.toString()} is at ${at}, expected at ${i}`
    if (typeof wanted !== 'number' || line.points.length !== 1) return `cannot compare with ${String(wanted)}`
    if (!close(sample.value, wanted)) return `${sample.labels.toString()}: expected ${wanted}, got ${sample.value}`
  }
  return undefined
}

function compareMatrix(
  expected: readonly SeriesLine[],
  { fromMs, toMs, stepMs }: NonNullable<Expectations['matrix']>,
  value: Value,
): string | undefined {
  if (value.type !== 'matrix') return `expected a range vector, got ${value.type}`
  if (value.series.length !== expected.length) return `expected ${expected.length} series, got ${value.series.length}`
  for (const line of expected) {
    const labels = Labels.from(line.labels)
    const actual = value.series.find(series => series.labels.key === labels.key)
    if (actual === undefined) return `missing ${labels.toString()}`
    const points = line.points.map((point, i) => ({ timestampMs: fromMs + i * stepMs, point }))
    if (points.some(({ timestampMs }) => timestampMs > toMs)) return `more points expected than the range holds`
    const wanted = points.filter(({ point }) => point !== undefined)
    if (wanted.length !== actual.samples.length)
      return `${labels.toString()}: expected ${wanted.length} samples, got ${actual.samples.length}`
    for (const [i, { timestampMs, point }] of wanted.entries()) {
      const sample = actual.samples[i]
      if (typeof point !== 'number' || sample?.timestampMs !== timestampMs || !close(sample.value, point))
        return `${labels.toString()}: expected ${String(point)} at ${timestampMs}, got ${JSON.stringify(sample)}`
    }
  }
  return undefined
}

/** What is wrong with the value of an instant query, if anything is. */
export function compareInstant(expect: Expectations, value: Value): string | undefined {
  return compareAnnotations(expect, value.annotations) ?? compareValue(expect, value)
}

/** A minute around an instant, as the range query in which its value must be the same. */
const AROUND_MS = 60_000
/** Depend on the query itself, not only on the instant. */
const QUERY_BOUND = new Set(['start', 'end', 'range', 'step'])

function isQueryBound(expr: Expression['ast']): boolean {
  if (expr.kind === 'call' && QUERY_BOUND.has(expr.name)) return true
  if ((expr.kind === 'selector' || expr.kind === 'subquery') && typeof expr.at === 'string') return true
  return operandsOf(expr).some(isQueryBound)
}

/**
 * What is wrong with an instant's value as the middle step of a range query: Prometheus's own runner evaluates every instant
 * query so as well.
 */
export function compareMiddleStep(
  { startMs, expect }: Evaluation,
  ast: Expression['ast'],
  run: (atMs: number, bounds: { startMs: number; endMs: number; stepMs: number }) => Value,
): string | undefined {
  if (expect.text !== undefined || expect.matrix !== undefined || isQueryBound(ast)) return undefined
  const bounds = { startMs: startMs - AROUND_MS, endMs: startMs + AROUND_MS, stepMs: AROUND_MS }
  run(bounds.startMs, bounds)
  // A range query orders its series by their labels.
  const wrong = compareValue({ ...expect, ordered: false }, run(startMs, bounds))
  run(bounds.endMs, bounds)
  return wrong === undefined ? undefined : `in the middle of a range query: ${wrong}`
}

function compareValue(expect: Expectations, value: Value): string | undefined {
  if (expect.text !== undefined)
    return value.type === 'string' && value.value === expect.text ? undefined : `expected string ${expect.text}`
  if (expect.scalar !== undefined) {
    if (value.type !== 'scalar') return `expected a scalar, got ${value.type}`
    return close(value.value, expect.scalar) ? undefined : `expected ${expect.scalar}, got ${value.value}`
  }
  if (expect.matrix !== undefined) return compareMatrix(expect.series, expect.matrix, value)
  return compareVector(expect.series, value, expect.ordered)
}

interface RangeResult {
  /** By the key of the labels, the values by step. */
  readonly series: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly annotations: readonly Annotation[]
}

function evaluateRange(evaluation: Evaluation, run: (atMs: number) => Value): RangeResult {
  const { startMs, endMs, stepMs = 1 } = evaluation
  const series = new Map<string, Map<number, number>>()
  const annotations: Annotation[] = []
  for (let at = startMs, i = 0; at <= endMs; at += stepMs, i++) {
    const value = run(at)
    annotations.push(...value.annotations)
    if (value.type !== 'vector' && value.type !== 'scalar') throw new Error(`a range query cannot give a ${value.type}`)
    const samples = value.type === 'vector' ? value.samples : [{ labels: EMPTY_LABELS, value: value.value }]
    for (const sample of samples) {
      const points = series.get(sample.labels.key) ?? new Map<number, number>()
      points.set(i, sample.value)
      series.set(sample.labels.key, points)
    }
  }
  return { series, annotations }
}

/** What is wrong with a range query, if anything is; `run` evaluates one step of it. */
export function compareRange(evaluation: Evaluation, run: (atMs: number) => Value): string | undefined {
  const { startMs, endMs, stepMs = 1, expect } = evaluation
  const { series, annotations } = evaluateRange(evaluation, run)
  const wrong = compareAnnotations(expect, annotations)
  if (wrong !== undefined) return wrong
  const steps = Math.floor((endMs - startMs) / stepMs) + 1
  const wantedKeys = new Set<string>()
  for (const line of expect.series) {
    const labels = Labels.from(line.labels)
    wantedKeys.add(labels.key)
    const points = series.get(labels.key)
    // Also when nothing but gaps is expected of it: a series without a sample is not in the result.
    if (points === undefined) return `missing ${labels.toString()}`
    if (line.points.length > steps) return `more points expected than steps`
    for (let i = 0; i < steps; i++) {
      const wanted = line.points[i]
      const actual = points.get(i)
      if (wanted === undefined && actual === undefined) continue
      if (typeof wanted !== 'number' || actual === undefined || !close(wanted, actual))
        return `${labels.toString()} step ${i}: expected ${String(wanted)}, got ${String(actual)}`
    }
  }
  const extra = [...series.keys()].find(key => !wantedKeys.has(key))
  return extra === undefined ? undefined : `unexpected series ${extra}`
}
