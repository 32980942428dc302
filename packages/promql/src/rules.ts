import { AlertStates, type ActiveSample, type Alert } from './alert.ts'
import { AnnotationList, type Annotation } from './annotation.ts'
import { parseDuration } from './durations.ts'
import { EvaluationError, RuleError } from './errors.ts'
import { compile, type Expression } from './expression.ts'
import { EMPTY_LABELS, Labels, METRIC_NAME } from './labels.ts'
import { underscoreLabel } from './names.ts'
import type { Rule } from './rule.ts'
import type { Store } from './store.ts'
import { parseTemplate, type Template } from './template.ts'

/** What one evaluation of all rules found. */
export interface Evaluation {
  /** Pending and firing alerts, in the order of the rules. */
  readonly alerts: readonly Alert[]
  /** Rules that could not be evaluated now; the alerts they had stay as they were. */
  readonly errors: readonly RuleError[]
}

/** How a rule is doing. */
export interface RuleHealth {
  readonly rule: Rule
  readonly health: 'unknown' | 'ok' | 'error'
  readonly lastError: RuleError | undefined
  /** When it was last evaluated, milliseconds since the epoch. */
  readonly lastEvaluation: number | undefined
  /** How long that took; only measured when `clockMs` is given. */
  readonly durationMs: number | undefined
  /** PromQL warnings and infos of the last evaluation. */
  readonly annotations: readonly Annotation[]
}

/** Options of {@link createRules}. */
export interface RulesOptions {
  /** A monotonic clock in milliseconds, to measure rules with. Default: rules are not measured. */
  readonly clockMs?: () => number
}

/** Rules over one store. */
export interface Rules {
  /** The rules that were loaded, as they are doing. */
  readonly health: readonly RuleHealth[]
  /** The rules that could not be loaded: one clear error each. */
  readonly rejected: readonly RuleError[]
  /** Evaluates all rules at an instant, milliseconds since the epoch. Never throws; one failing rule stops no other. */
  evaluate(now: number): Evaluation
}

/** Series nobody can see any more are looked for this often; they are invisible in between anyway. */
const SWEEP_EVERY_MS = 30_000

/**
 * Loads rules over a store, telling it what they read. Load rules before samples arrive.
 *
 * @example
 * const rules = createRules([{ alert: 'QueueStuck', expr: 'min_over_time(queue_jobs[1m]) > 100', for: '30s' }], store)
 * for (const error of rules.rejected) console.error(error.message)
 * const { alerts } = rules.evaluate(now)
 */
export function createRules(rules: readonly Rule[], store: Store, options: RulesOptions = {}): Rules {
  const loaded: LoadedRule[] = []
  const rejected: RuleError[] = []
  for (const rule of rules) {
    try {
      loaded.push(new LoadedRule(rule, store))
    } catch (error) {
      rejected.push(error instanceof RuleError ? error : loadError(rule, 'expr', error))
    }
  }
  let swept = -Infinity
  return {
    rejected,
    get health() {
      return loaded.map(rule => rule.health)
    },
    evaluate(now) {
      if (Math.abs(now - swept) >= SWEEP_EVERY_MS) {
        store.sweep(now)
        swept = now
      }
      const alerts: Alert[] = []
      const errors: RuleError[] = []
      for (const rule of loaded) {
        const error = rule.evaluate(now, options.clockMs)
        if (error !== undefined) errors.push(error)
        rule.alerts.list(alerts)
      }
      return { alerts, errors }
    },
  }
}

function loadError(rule: Rule, where: string, cause: unknown): RuleError {
  return new RuleError(rule.alert, 'load', where, cause, 'the rule is left out; correct it and load it again')
}

/** Runs a part of loading, so that its error names the field. */
function inField<T>(rule: Rule, where: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw loadError(rule, where, error)
  }
}

function durationOf(rule: Rule, field: 'for' | 'keepFiringFor'): number {
  const text = rule[field]
  if (text === undefined) return 0
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  if (ms === undefined) throw loadError(rule, field, new Error(`not a valid duration string: ${JSON.stringify(text)}`))
  return ms
}

function templatesOf(rule: Rule, field: 'labels' | 'annotations'): [name: string, template: Template][] {
  return Object.entries(rule[field] ?? {}).map(([name, text]) => {
    const where = `${field}.${name}`
    if (field === 'labels' && (name === '' || underscoreLabel(name) === METRIC_NAME)) {
      throw loadError(rule, where, new Error(`invalid label name: ${JSON.stringify(name)}`))
    }
    return [field === 'labels' ? underscoreLabel(name) : name, inField(rule, where, () => parseTemplate(text))]
  })
}

class LoadedRule {
  readonly alerts: AlertStates
  readonly #rule: Rule
  readonly #expression: Expression
  readonly #bound: ReturnType<Expression['bind']>
  readonly #labels: readonly [name: string, template: Template][]
  readonly #annotations: readonly [name: string, template: Template][]
  #health: Omit<RuleHealth, 'rule'> = {
    health: 'unknown',
    lastError: undefined,
    lastEvaluation: undefined,
    durationMs: undefined,
    annotations: [],
  }

  constructor(rule: Rule, store: Store) {
    if (typeof rule.alert !== 'string' || rule.alert === '')
      throw loadError(rule, 'alert', new Error('an alert needs a name'))
    this.#rule = rule
    this.#labels = templatesOf(rule, 'labels')
    this.#annotations = templatesOf(rule, 'annotations')
    this.alerts = new AlertStates(rule, durationOf(rule, 'for'), durationOf(rule, 'keepFiringFor'))
    this.#expression = inField(rule, 'expr', () => compile(rule.expr))
    const { type } = this.#expression
    if (type !== 'instant vector' && type !== 'scalar')
      throw loadError(rule, 'expr', new Error(`a rule needs a vector or a scalar, got ${type}`))
    this.#bound = inField(rule, 'expr', () => this.#expression.bind(store))
  }

  get health(): RuleHealth {
    return { rule: this.#rule, ...this.#health }
  }

  evaluate(now: number, clockMs: (() => number) | undefined): RuleError | undefined {
    const startedMs = clockMs?.()
    const annotations = new AnnotationList()
    let failure: RuleError | undefined
    try {
      this.alerts.update(this.#samples(now, annotations), now)
    } catch (error) {
      failure = new RuleError(this.#rule.alert, 'evaluate', 'expr', error, 'its alerts stay as they were')
    }
    const durationMs = startedMs === undefined || clockMs === undefined ? undefined : clockMs() - startedMs
    this.#health = {
      health: failure === undefined ? 'ok' : 'error',
      lastError: failure ?? undefined,
      lastEvaluation: now,
      durationMs,
      annotations: annotations.all,
    }
    return failure
  }

  #samples(now: number, annotations: AnnotationList): readonly ActiveSample[] {
    const context = { timeMs: now, startMs: now, endMs: now, annotations }
    const frame = this.#bound.frame(context)
    if (frame === undefined) {
      const value = this.#bound.evaluate(now)
      return value.type === 'scalar' ? [this.#sample(EMPTY_LABELS, value.value)] : NOTHING
    }
    if (frame.length === 0) return NOTHING
    const samples: ActiveSample[] = []
    const seen = new Set<string>()
    for (let i = 0; i < frame.length; i++) {
      const sample = this.#sample(frame.labels[i] ?? EMPTY_LABELS, frame.values[i] ?? NaN)
      if (seen.has(sample.labels.key))
        throw new EvaluationError('vector contains metrics with the same labelset after applying alert labels')
      seen.add(sample.labels.key)
      samples.push(sample)
    }
    return samples
  }

  #sample(labels: Labels, value: number): ActiveSample {
    const data = { labels, value }
    const named = new Map(labels.withoutName.entries())
    for (const [name, template] of this.#labels) named.set(name, template.expand(data))
    named.set('alertname', this.#rule.alert)
    const annotations: Record<string, string> = Object.create(null)
    for (const [name, template] of this.#annotations) annotations[name] = template.expand(data)
    return { labels: Labels.from(named), value, annotations }
  }
}

const NOTHING: readonly ActiveSample[] = []
