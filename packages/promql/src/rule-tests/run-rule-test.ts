import type { Alert } from '../rules/alert.ts'
import { formatDuration } from '../numbers/durations.ts'
import { EvaluationError } from '../words/errors.ts'
import { compile } from '../queries/expression.ts'
import { underscoreLabels } from '../words/names.ts'
import { METRIC_NAME } from '../words/labels.ts'
import type { RuleGroup } from '../rules/rule-group.ts'
import { createRules } from '../rules/create-rules.ts'
import type { Rules } from '../rules/rules.ts'
import { createStore, type Store } from '../store/store.ts'
import { formatPlain } from '../numbers/float-format.ts'
import { compareLabels, goDuration, goLabels } from '../numbers/go-format.ts'
import type { AlertTest, ExpressionTest, LabelsAndAnnotations, RuleTest, RuleTestFile } from './rule-test.ts'
import { compareAlerts, failedExpression, RuleTestFailure, wrongAlerts, wrongSamples } from './rule-test-failure.ts'
import type { TestSample } from './rule-test-failure.ts'
import { seriesFeed } from './series-feed.ts'
import { parseMetric } from './series-notation.ts'

/** A test that needs more evaluations than this is a slip, such as an interval of a millisecond. */
const MOST_EVALUATIONS = 1_000_000

/** How rule tests are run and reported; the options of `promtool test rules`. */
export interface RuleTestOptions {
  /** Alerts that differ are shown as one coloured text instead of expected and got. @default false */
  readonly diff?: boolean
  /** Expressions may use the functions that Prometheus has behind a feature flag. @default false */
  readonly experimental?: boolean
  /** Receives all samples of the test, its input and those of recording rules, one text per series, and up to when. @default none */
  readonly dump?: (at: string, series: readonly string[]) => void
}

/**
 * Runs one test of a rule test file in virtual time, as promtool does: the rules are evaluated at every evaluation interval
 * from the start, whatever the intervals of their groups, and input samples appear as time passes. Never throws.
 *
 * @param groups the groups of all rule files, in the order of the files.
 */
export function runRuleTest(
  test: RuleTest,
  file: RuleTestFile,
  groups: readonly RuleGroup[],
  options: RuleTestOptions = {},
): RuleTestFailure[] {
  const lastMs = Math.max(0, ...[...test.alerts, ...test.expressions].map(({ evalTimeMs }) => evalTimeMs))
  const stepMs = file.evaluationIntervalMs
  if (lastMs / stepMs > MOST_EVALUATIONS)
    return [new RuleTestFailure(`    more than ${MOST_EVALUATIONS} evaluations: raise evaluation_interval`)]
  const store = createStore({
    keep: 'all',
    retentionMs: lastMs + 3_600_000,
    intervalMs: Math.min(test.intervalMs, stepMs),
    maxSeries: 1_000_000,
    maxBytes: 2 ** 31,
    subqueryStepMs: stepMs,
  })
  const { externalLabels, externalUrl } = test
  const { diff = false, experimental = false } = options
  const rules = createRules(ordered(groups, file.groupOrder), store, { externalLabels, externalUrl, experimental })
  if (rules.rejected.length > 0)
    return rules.rejected.map(error => new RuleTestFailure(error.message, { cause: error }))
  const failures = evaluateAll({ test, rules, store, stepMs, lastMs, diff })
  if (failures.some(({ message }) => message.startsWith('    rule: '))) return failures
  for (const each of test.expressions) {
    const failure = checkExpression(each, { store, startMs: test.startMs, fuzzy: file.fuzzyCompare, experimental })
    if (failure !== undefined) failures.push(failure)
  }
  options.dump?.(...everything(store, test.startMs, lastMs))
  return failures
}

/** Groups named in the order come by it; the others before them, as in promtool. */
function ordered(groups: readonly RuleGroup[], order: readonly string[]): RuleGroup[] {
  const rank = ({ name }: RuleGroup): number => Math.max(0, order.indexOf(name))
  return groups.toSorted((a, b) => rank(a) - rank(b)).map(({ interval: _, ...group }) => group)
}

interface Run {
  readonly test: RuleTest
  readonly rules: Rules
  readonly store: Store
  readonly stepMs: number
  readonly lastMs: number
  readonly diff: boolean
}

function evaluateAll({ test, rules, store, stepMs, lastMs, diff }: Run): RuleTestFailure[] {
  const failures: RuleTestFailure[] = []
  const feed = seriesFeed(test, store)
  const waiting = test.alerts.toSorted((a, b) => a.evalTimeMs - b.evalTimeMs)
  let next = 0
  for (let at = 0; at <= lastMs; at += stepMs) {
    feed(at)
    const { alerts, errors } = rules.evaluate(test.startMs + at)
    if (errors.length > 0) {
      for (const { alert, cause } of errors) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        failures.push(new RuleTestFailure(`    rule: ${alert}, time: ${goDuration(at)}, err: ${reason}`, { cause }))
      }
      return failures
    }
    // An alert is looked at as the last evaluation at or before its time left it.
    for (let one = waiting[next]; one !== undefined && one.evalTimeMs < at + stepMs; one = waiting[next]) {
      const failure = checkAlerts(one, alerts, test.name, diff)
      if (failure !== undefined) failures.push(failure)
      next += 1
    }
  }
  return failures
}

function checkAlerts(
  test: AlertTest,
  alerts: readonly Alert[],
  testName: string,
  diff: boolean,
): RuleTestFailure | undefined {
  const got = alerts
    .filter(({ alert, state }) => state === 'firing' && alert === test.alertname)
    .map(({ labels, annotations }): LabelsAndAnnotations => ({ labels, annotations }))
    .toSorted(compareAlerts)
  const expected = test.expected
    .map(({ labels, annotations }) => {
      const all = new Map([...underscoreLabels(labels), ['alertname', test.alertname]])
      return { labels: Object.fromEntries(all), annotations }
    })
    .toSorted(compareAlerts)
  const same =
    got.length === expected.length && got.every((alert, i) => compareAlerts(alert, expected[i] ?? alert) === 0)
  return same ? undefined : wrongAlerts(testName, test, expected, got, diff)
}

interface ExpressionRun {
  readonly store: Store
  readonly startMs: number
  readonly fuzzy: boolean
  readonly experimental: boolean
}

function checkExpression(test: ExpressionTest, run: ExpressionRun): RuleTestFailure | undefined {
  try {
    const got = samplesOf(test, run).toSorted((a, b) => compareLabels(a.labels, b.labels))
    const expected = test.expected
      .map(({ labels, value }) => ({ labels: expectedLabels(labels), value }))
      .toSorted((a, b) => compareLabels(a.labels, b.labels))
    const same =
      got.length === expected.length &&
      got.every(({ labels, value }, i) => {
        const other = expected[i]
        return other !== undefined && compareLabels(labels, other.labels) === 0 && equal(value, other.value, run.fuzzy)
      })
    return same ? undefined : wrongSamples(test, expected, got)
  } catch (error) {
    return failedExpression(test, error)
  }
}

function samplesOf(
  { expr, evalTimeMs }: ExpressionTest,
  { store, startMs, experimental }: ExpressionRun,
): TestSample[] {
  const value = compile(expr, { experimental }).evaluate(store, startMs + evalTimeMs)
  if (value.type === 'scalar') return [{ labels: {}, value: value.value }]
  if (value.type !== 'vector') throw new EvaluationError('rule result is not a vector or scalar')
  return value.samples.map(sample => ({ labels: sample.labels.toObject(), value: sample.value }))
}

function expectedLabels(text: string): Record<string, string> {
  const parsed = parseMetric(text)
  const labels = underscoreLabels(Object.fromEntries(parsed))
  const name = parsed.get(METRIC_NAME)
  if (name !== undefined) labels.set(METRIC_NAME, name)
  return Object.fromEntries([...labels].filter(([, value]) => value !== ''))
}

/** All samples up to the second after the test's last time, as promtool shows them. */
function everything(store: Store, startMs: number, lastMs: number): [at: string, series: string[]] {
  const atMs = Math.floor(lastMs / 1000 + 1) * 1000
  const value = compile(`{__name__=~".+"}[${atMs}ms]`).evaluate(store, startMs + atMs)
  const found = value.type === 'matrix' ? value.series.map(each => ({ ...each, plain: each.labels.toObject() })) : []
  const texts = found
    .toSorted((a, b) => compareLabels(a.plain, b.plain))
    .map(({ plain, samples }) => {
      const points = samples.map(sample => `${formatPlain(sample.value)} @[${sample.timestampMs}]`)
      return `${goLabels(plain)} =>\n${points.join('\n')}`
    })
  return [formatDuration(atMs), texts]
}

/** NaN is not equal to NaN, as in promtool. `fuzzy_compare` also takes the next float on either side. */
function equal(a: number, b: number, fuzzy: boolean): boolean {
  if (a === b) return true
  if (!fuzzy || !Number.isFinite(a) || !Number.isFinite(b)) return false
  return nextFloat(a, 1n) === b || nextFloat(a, -1n) === b
}

function nextFloat(value: number, direction: 1n | -1n): number {
  const view = new DataView(new ArrayBuffer(8))
  if (value === 0) return Number(direction) * Number.MIN_VALUE
  view.setFloat64(0, value)
  // The bits of floats count away from zero.
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? direction : -direction))
  return view.getFloat64(0)
}
