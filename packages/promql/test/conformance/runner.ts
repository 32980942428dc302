import {
  compile,
  createStore,
  EvaluationError,
  SyntaxProblem,
  UnsupportedFeature,
  type LabelMatch,
  type Store,
} from '../../src/index.ts'
import { compileMatchers } from '../../src/store/matcher.ts'
import { Labels } from '../../src/words/labels.ts'
import { compareInstant, compareMiddleStep, compareRange } from './compare.ts'
import type { Expectations } from './expectations.ts'
import { mutantsOf } from './mutants.ts'
import { readScript, type Evaluation, type Load } from './script.ts'
import type { SeriesLine } from './series-line.ts'

export interface Outcome {
  readonly line: number
  readonly expr: string
  readonly verdict: 'passed' | 'failed' | 'skipped'
  readonly reason: string
}

type Verdict = Pick<Outcome, 'verdict' | 'reason'>

/** A series that this engine does not have as Prometheus would; a case that selects it is out of scope. */
interface ForeignSeries {
  readonly labels: Labels
  readonly reason: string
}

interface World {
  readonly store: Store
  readonly foreign: ForeignSeries[]
}

function freshWorld(): World {
  const day = 86_400_000
  const store = createStore({
    keep: 'all',
    retentionMs: 365 * day,
    intervalMs: 60_000,
    maxBytes: 2 ** 30,
    maxSamples: 50_000_000,
  })
  return { store, foreign: [] }
}

function loadInto(world: World, load: Load): void {
  // A series written twice in one block counts as written last, as in Prometheus's own runner.
  for (const line of new Map(load.series.map(each => [Labels.from(each.labels).key, each])).values()) {
    const labels = Object.fromEntries(line.labels)
    const name = labels['__name__'] ?? ''
    delete labels['__name__']
    world.foreign.push(...foreignOf(line, name, load))
    const handle = world.store.series({ name, labels })
    line.points.forEach((point, i) => {
      const at = i * load.stepMs
      if (point === 'stale') handle.markStale(at)
      else if (typeof point === 'number') handle.append(at, point)
    })
  }
}

function foreignOf(line: SeriesLine, name: string, load: Load): ForeignSeries[] {
  const labels = Labels.from(line.labels)
  const found: ForeignSeries[] = []
  if (line.points.includes('histogram')) found.push({ labels, reason: 'native histograms selected' })
  if (labels.get('__type__') !== '' || labels.get('__unit__') !== '')
    found.push({ labels, reason: 'type and unit labels selected' })
  const { startTimes } = load
  if (startTimes === 'all' || startTimes.some(each => Labels.from(each).key === labels.key))
    found.push({ labels, reason: 'start timestamps selected' })
  const base = name.replace(/_(?:bucket|sum|count)$/, '')
  if (load.withNativeBuckets && base !== name)
    found.push({ labels: labels.drop(['le']).with('__name__', base), reason: 'native histograms selected' })
  return found
}

function foreignSelected(world: World, matches: readonly LabelMatch[]): string | undefined {
  const wants = compileMatchers(matches)
  return world.foreign.find(({ labels }) => wants({ labels, spellings: [labels.get('__name__')] }))?.reason
}

const PASSED: Verdict = { verdict: 'passed', reason: '' }

function failed(reason: string): Verdict {
  return { verdict: 'failed', reason }
}

function judge(world: World, evaluation: Evaluation): Verdict {
  const { expect, expr } = evaluation
  if (expect.series.some(line => line.points.includes('histogram')))
    return { verdict: 'skipped', reason: 'native histogram expected' }
  try {
    const expression = compile(expr, { experimental: true })
    for (const { matches } of expression.selectors) {
      const reason = foreignSelected(world, matches)
      if (reason !== undefined) return { verdict: 'skipped', reason }
    }
    const bound = expression.bind(world.store)
    const wrong =
      evaluation.stepMs === undefined
        ? (compareInstant(expect, bound.evaluate(evaluation.startMs)) ??
          compareMiddleStep(evaluation, expression.ast, (at, bounds) => bound.evaluate(at, bounds)))
        : compareRange(evaluation, at => bound.evaluate(at, evaluation))
    if (expect.fail) return failed('expected an error')
    return wrong === undefined ? PASSED : failed(wrong)
  } catch (error) {
    return judgeError(expect, error)
  }
}

function judgeError(expect: Expectations, error: unknown): Verdict {
  if (error instanceof UnsupportedFeature) return { verdict: 'skipped', reason: `not supported: ${error.feature}` }
  // Prometheus's own runner parses every expression while it reads the script, whatever is expected of it: what does not
  // parse is a slip in the script, or in this engine, never an expected failure.
  if (error instanceof SyntaxProblem) return failed(error.message)
  if (!(error instanceof EvaluationError))
    return failed(error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (!expect.fail) return failed(error.message)
  if (expect.failMessage !== undefined && error.message !== expect.failMessage)
    return failed(`expected error ${expect.failMessage}, got ${error.message}`)
  if (expect.failPattern !== undefined && !expect.failPattern.test(error.message))
    return failed(`expected error ${expect.failPattern.source}, got ${error.message}`)
  return PASSED
}

/** Whether a case that passes would have passed with other expectations. */
export interface MutationResult {
  /** Expectations that were changed so that they are wrong. */
  readonly mutants: number
  /** Those that passed all the same: what the comparison does not look at. */
  readonly survivors: readonly (Outcome & { readonly change: string })[]
}

/**
 * Changes the expectations of every case that passes, one at a time. A comparison that looks at everything fails each.
 *
 * @param every takes every n-th change only. Default: all
 */
export function mutateScript(text: string, every = 1): MutationResult {
  let world = freshWorld()
  let seen = 0
  let mutants = 0
  const survivors: MutationResult['survivors'][number][] = []
  for (const command of readScript(text)) {
    if (command.kind === 'clear') world = freshWorld()
    else if (command.kind === 'load') loadInto(world, command)
    else if (judge(world, command).verdict === 'passed') {
      for (const { change, expect } of mutantsOf(command)) {
        seen += 1
        if (seen % every !== 0) continue
        mutants += 1
        const { verdict, reason } = judge(world, { ...command, expect })
        if (verdict !== 'failed') survivors.push({ line: command.line, expr: command.expr, verdict, reason, change })
      }
    }
  }
  return { mutants, survivors }
}

/** Runs a script; one outcome for each evaluation in it. Throws at a line it cannot read. */
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
