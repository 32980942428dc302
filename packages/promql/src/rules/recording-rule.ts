import type { AnnotationList } from '../words/annotation.ts'
import { EvaluationError } from '../words/errors.ts'
import { DerivedLabels } from '../plans/frame.ts'
import { Labels, METRIC_NAME } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { LimitExceeded, loadError, type RuleContext } from './rule-context.ts'
import { RuleOutput } from './rule-output.ts'
import { RuleQuery } from './rule-query.ts'
import type { RecordingRule } from './rule.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** Samples checked between two rests; the labels of a new one take a few microseconds. */
const SAMPLES_OF_STEP = 64

/** Writes an expression's result into the store, as `Eval` in Prometheus's `rules/recording.go`. */
export class RecordingEvaluation {
  readonly #rule: RecordingRule
  readonly #query: RuleQuery
  readonly #context: RuleContext
  #output: RuleOutput
  readonly #outputLabels: DerivedLabels<Labels>

  constructor(rule: RecordingRule, context: RuleContext, store: Store) {
    const problem = recordNameProblem(rule.record)
    if (problem !== undefined) throw loadError(rule.record, 'record', new Error(problem))
    const set = Object.entries({ ...context.labels, ...rule.labels })
    for (const [name] of set) {
      if (isReservedLabel(name))
        throw loadError(rule.record, `labels.${name}`, new Error(`invalid label name: ${JSON.stringify(name)}`))
    }
    const own = set.map(([name, value]): [string, string] => [underscoreLabel(name), value])
    this.#outputLabels = new DerivedLabels(labels =>
      Labels.from(new Map([...labels.entries(), ...own, [METRIC_NAME, rule.record]])),
    )
    this.#rule = rule
    this.#context = context
    this.#output = new RuleOutput(store)
    this.#query = new RuleQuery(rule.record, rule.expr, store, context)
  }

  /** Equal for the same rule before and after a reload. */
  get identity(): string {
    const { record, expr, labels } = this.#rule
    return JSON.stringify(['record', record, expr, { ...this.#context.labels, ...labels }, this.#context.queryOffsetMs])
  }

  dispose(): void {
    this.#query.dispose()
  }

  /** Goes on where the same rule was before a reload. */
  takeOver(previous: RecordingEvaluation): void {
    this.#output = previous.#output
  }

  /** The rule is gone: its series end. */
  end(now: number): void {
    this.#output.begin()
    this.#output.end(now - this.#context.queryOffsetMs)
  }

  *evaluate(now: number, annotations: AnnotationList): Steps<void> {
    const result = yield* this.#query.run(now, annotations)
    const { limit, queryOffsetMs } = this.#context
    const at = now - queryOffsetMs
    if (limit > 0 && result.length > limit)
      throw new LimitExceeded(`exceeded limit of ${limit} with ${result.length} series`)
    this.#output.begin()
    for (let i = 0; i < result.length; i++) {
      const labels = result.labels[i]
      if (labels !== undefined && !this.#output.claim(this.#outputLabels.get(labels)))
        throw new EvaluationError('vector contains metrics with the same labelset after applying rule labels')
      if (i % SAMPLES_OF_STEP === SAMPLES_OF_STEP - 1) yield
    }
    for (let i = 0; i < result.length; i++) {
      const labels = result.labels[i]
      if (labels !== undefined) this.#output.append(this.#outputLabels.get(labels), at, result.values[i] ?? NaN)
      if (i % SAMPLES_OF_STEP === SAMPLES_OF_STEP - 1) yield
    }
    this.#output.end(at)
    this.#outputLabels.trim(result.length)
  }
}

/** Why a series cannot be called that, if so. Any UTF-8 text is a name since Prometheus 3, but braces are a slip. */
export function recordNameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '' || !name.isWellFormed())
    return `invalid recording rule name: ${String(name)}`
  if (/[{}]/.test(name)) return `braces present in the recording rule name; should it be in expr?: ${name}`
  return undefined
}

/** Labels a rule cannot set: the metric name, and the label without a name. */
export function isReservedLabel(name: string): boolean {
  return name === '' || underscoreLabel(name) === METRIC_NAME
}
