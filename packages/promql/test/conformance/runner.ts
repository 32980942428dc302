import {
  compile,
  createStore,
  EvaluationError,
  SyntaxProblem,
  UnsupportedFeature,
  type Annotation,
  type LabelMatch,
  type Store,
  type Value,
} from '../../src/index.ts'
import { compileMatchers } from '../../src/matcher.ts'
import { EMPTY_LABELS, Labels } from '../../src/labels.ts'
import { readScript, type Evaluation, type Load, type SeriesLine } from './script.ts'

export interface Outcome {
  readonly line: number
  readonly expr: string
  readonly verdict: 'passed' | 'failed' | 'skipped'
  readonly reason: string
}

interface World {
  store: Store
  /** Native histograms that a load would have made; a case that selects one is out of scope. */
  native: Labels[]
}

function freshWorld(): World {
  const day = 86_400_000
  return {
    store: createStore({
      keep: 'all',
      retentionMs: 365 * day,
      intervalMs: 60_000,
      maxBytes: 2 ** 30,
      maxSamples: 50_000_000,
    }),
    native: [],
  }
}

function loadInto(world: World, load: Load): void {
  // A series written twice in one block counts as written last, as in Prometheus's own runner.
  for (const line of new Map(load.series.map(each => [Labels.from(each.labels).key, each])).values()) {
    const labels = Object.fromEntries(line.labels)
    const name = labels['__name__'] ?? ''
    delete labels['__name__']
    if (line.points.includes('histogram')) world.native.push(Labels.from(line.labels))
    if (load.withNativeBuckets) {
      const base = name.replace(/_(?:bucket|sum|count)$/, '')
      if (base !== name) world.native.push(Labels.from(line.labels).drop(['le']).with('__name__', base))
    }
    const handle = world.store.series({ name, labels })
    line.points.forEach((point, i) => {
      const at = i * load.stepMs
      if (point === 'stale') handle.markStale(at)
      else if (typeof point === 'number') handle.append(at, point)
    })
  }
}

function selectsNative(world: World, matches: readonly LabelMatch[]): boolean {
  const wants = compileMatchers(matches)
  return world.native.some(labels => wants({ labels, spellings: [labels.get('__name__')] }))
}

/** Relative 1e-6 as Prometheus's own runner; NaN equals NaN. */
function close(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  if (a === b) return true
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b)) || Math.abs(a - b) < Number.MIN_VALUE / 1e-6
}

function checkAnnotations(expect: Evaluation['expect'], annotations: readonly Annotation[]): string | undefined {
  for (const { level, wanted, message, pattern } of expect.annotations) {
    const found = annotations.filter(annotation => annotation.level === level)
    if (!wanted && found.length > 0) return `unexpected ${level}: ${found[0]?.message}`
    if (!wanted) continue
    const matching = found.filter(
      annotation =>
        (message === undefined || annotation.message === message) &&
        (pattern === undefined || pattern.test(annotation.message)),
    )
    if (matching.length === 0)
      return `missing ${level} ${message ?? pattern?.source ?? ''}; got ${JSON.stringify(annotations)}`
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
  { fromMs, toMs, stepMs }: NonNullable<Evaluation['expect']['matrix']>,
  value: Value,
): string | undefined {
  if (value.type !== 'matrix') return `expected a range vector, got ${value.type}`
  if (value.series.length !== expected.length) return `expected ${expected.length} series, got ${value.series.length}`
  for (const line of expected) {
    const labels = Labels.from(line.labels)
    const actual = value.series.find(series => series.labels.key === labels.key)
    if (actual === undefined) return `missing ${labels.toString()}`
    const wanted = line.points
      .map((point, i) => ({ timestampMs: fromMs + i * stepMs, point }))
      .filter(({ point, timestampMs }) => point !== undefined && timestampMs <= toMs)
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

function compareRange(evaluation: Evaluation, run: (atMs: number) => Value): string | undefined {
  const { startMs, endMs, stepMs = 1, expect } = evaluation
  const got = new Map<string, Map<number, number>>()
  const annotations: Annotation[] = []
  for (let at = startMs, i = 0; at <= endMs; at += stepMs, i++) {
    const value = run(at)
    annotations.push(...value.annotations)
    const samples =
      value.type === 'vector'
        ? value.samples
        : value.type === 'scalar'
          ? [{ labels: EMPTY_LABELS, value: value.value }]
          : []
    for (const sample of samples) {
      const points = got.get(sample.labels.key) ?? new Map<number, number>()
      points.set(i, sample.value)
      got.set(sample.labels.key, points)
    }
  }
  const wrong = checkAnnotations(expect, annotations)
  if (wrong !== undefined) return wrong
  const wantedKeys = new Set<string>()
  for (const line of expect.series) {
    const labels = Labels.from(line.labels)
    wantedKeys.add(labels.key)
    const points = got.get(labels.key) ?? new Map<number, number>()
    const steps = Math.floor((endMs - startMs) / stepMs) + 1
    if (line.points.length > steps && line.points.slice(steps).some(point => point !== undefined))
      return `more points expected than steps`
    for (let i = 0; i < steps; i++) {
      const wanted = line.points[i]
      const actual = points.get(i)
      if (wanted === undefined && actual === undefined) continue
      if (typeof wanted !== 'number' || actual === undefined || !close(wanted, actual))
        return `${labels.toString()} step ${i}: expected ${String(wanted)}, got ${String(actual)}`
    }
  }
  const extra = [...got.keys()].find(key => !wantedKeys.has(key))
  return extra === undefined ? undefined : `unexpected series ${extra}`
}

function failed(reason: string): { verdict: 'failed'; reason: string } {
  return { verdict: 'failed', reason }
}

function judge(world: World, evaluation: Evaluation): { verdict: Outcome['verdict']; reason: string } {
  const { expect, expr } = evaluation
  const passed = { verdict: 'passed', reason: '' } as const
  if (expect.series.some(line => line.points.includes('histogram')))
    return { verdict: 'skipped', reason: 'native histogram expected' }
  try {
    const expression = compile(expr, { experimental: true })
    if (expression.selectors.some(selector => selectsNative(world, selector.matches)))
      return { verdict: 'skipped', reason: 'native histograms selected' }
    const bound = expression.bind(world.store)
    if (evaluation.stepMs !== undefined) {
      const wrong = compareRange(evaluation, at => bound.evaluate(at, evaluation))
      if (expect.fail) return failed('expected an error')
      return wrong === undefined ? passed : failed(wrong)
    }
    const value = bound.evaluate(evaluation.startMs)
    if (expect.fail) return failed('expected an error')
    const wrong = checkAnnotations(expect, value.annotations) ?? compareInstant(expect, value)
    return wrong === undefined ? passed : failed(wrong)
  } catch (error) {
    if (error instanceof UnsupportedFeature) return { verdict: 'skipped', reason: `not supported: ${error.feature}` }
    if (!(error instanceof EvaluationError || error instanceof SyntaxProblem))
      return failed(error instanceof Error ? (error.stack ?? error.message) : String(error))
    if (!expect.fail) return failed(error.message)
    if (expect.failMessage !== undefined && !error.message.includes(expect.failMessage))
      return failed(`expected error ${expect.failMessage}, got ${error.message}`)
    if (expect.failPattern !== undefined && !expect.failPattern.test(error.message))
      return failed(`expected error ${expect.failPattern.source}, got ${error.message}`)
    return passed
  }
}

function compareInstant(expect: Evaluation['expect'], value: Value): string | undefined {
  if (expect.text !== undefined)
    return value.type === 'string' && value.value === expect.text ? undefined : `expected string ${expect.text}`
  if (expect.scalar !== undefined) {
    if (value.type !== 'scalar') return `expected a scalar, got ${value.type}`
    return close(value.value, expect.scalar) ? undefined : `expected ${expect.scalar}, got ${value.value}`
  }
  if (expect.matrix !== undefined) return compareMatrix(expect.series, expect.matrix, value)
  return compareVector(expect.series, value, expect.ordered)
}

/** Runs a script; one outcome for each evaluation in it. */
export function runScript(text: string): Outcome[] {
  let world = freshWorld()
  const outcomes: Outcome[] = []
  for (const command of readScript(text)) {
    if (command.kind === 'clear') world = freshWorld()
    else if (command.kind === 'load') loadInto(world, command)
    else outcomes.push({ line: command.line, expr: command.expr, ...judge(world, command) })
  }
  return outcomes
}
