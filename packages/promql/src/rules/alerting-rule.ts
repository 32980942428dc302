import { AlertSeries } from './alert-series.ts'
import type { AlertingRule, AlertStates, RuleStates } from './alert-states.ts'
import type { AnnotationList } from '../words/annotation.ts'
import { EvaluationError } from '../words/errors.ts'
import { DerivedLabels } from '../plans/frame.ts'
import { EMPTY_LABELS, Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { isReservedLabel } from './recording-rule.ts'
import { durationField, inField, loadError, type RuleContext } from './rule-context.ts'
import { RuleQuery, type QueryResult } from './rule-query.ts'
import type { Rule } from './rule.ts'
import { SameLabels } from '../words/same-labels.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'
import { parseTemplate, type Template } from '../templates/template.ts'

/** Samples checked between two rests; the labels of a new one take a few microseconds. */
const SAMPLES_OF_STEP = 64

/** Turns an expression's result into samples of alerts, and shows in `ALERTS` what their states make of them. */
export class AlertingEvaluation<A> implements AlertingRule {
  readonly rule: Rule
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly states: RuleStates<A>
  readonly #query: RuleQuery
  readonly #context: RuleContext
  readonly #labels: readonly [name: string, template: Template][]
  readonly #annotations: readonly [name: string, template: Template][]
  /** With labels that are the same for every value, an alert's labels follow from its sample's. */
  readonly #known: DerivedLabels<Labels> | undefined
  readonly #store: Store
  /** The samples of the last evaluation, and the labels of the alerts that they make. */
  readonly #sources = new SameLabels()
  #labelled: readonly Labels[] = []
  #series: AlertSeries
  /** The instant of the present evaluation, on the wall clock. */
  #wallMs = 0

  constructor(rule: Rule, context: RuleContext, store: Store, states: AlertStates<A>) {
    const name = rule.alert
    if (typeof name !== 'string' || name === '') throw loadError(name, 'alert', new Error('an alert needs a name'))
    this.rule = rule
    this.#store = store
    this.#context = context
    const labels = { ...context.labels, ...rule.labels }
    this.#labels = templatesOf(rule, 'labels', labels)
    this.#annotations = templatesOf(rule, 'annotations', rule.annotations ?? {})
    this.#series = new AlertSeries(labels, store)
    this.forMs = durationField(name, 'for', rule.for)
    this.keepFiringForMs = durationField(name, 'keepFiringFor', rule.keepFiringFor)
    this.#query = new RuleQuery(name, rule.expr, store, context)
    const fixed = this.#labels.every(([, template]) => template.fixed)
    this.#known = fixed ? new DerivedLabels(labels => this.#alertLabels(labels, NaN)) : undefined
    this.states = states.ofRule(this)
  }

  get limit(): number {
    return this.#context.limit
  }

  get maxAlerts(): number {
    return this.#context.maxAlerts
  }

  /** Equal for the same rule before and after a reload; its annotations may differ. */
  get identity(): string {
    const { alert, expr, for: hold, keepFiringFor, labels } = this.rule
    const { labels: groupLabels, queryOffsetMs } = this.#context
    return JSON.stringify(['alert', alert, expr, hold, keepFiringFor, { ...groupLabels, ...labels }, queryOffsetMs])
  }

  dispose(): void {
    this.#query.dispose()
  }

  *evaluate(now: number, annotations: AnnotationList): Steps<void> {
    this.#wallMs = this.#store.wallTime(now)
    const result = yield* this.#query.run(now, annotations)
    // Most rules find nothing most of the time.
    if (result.length === 0 && this.states.idle && this.#series.idle) return
    const labels = yield* this.#labelsOf(result)
    const samples = { length: result.length, labels, sources: result.labels, values: result.values }
    yield* this.states.update(samples, now)
    yield* this.#series.write(this.states.alerts, now - this.#context.queryOffsetMs)
    this.#known?.trim(result.length)
  }

  /** There was no evaluation: the states decide what happens to the alerts. */
  *pass(why: 'failed' | 'not due', now: number): Steps<void> {
    const { states } = this
    if (states.pass === undefined || (states.idle && this.#series.idle)) return
    yield* states.pass(why, now)
    yield* this.#series.write(states.alerts, now - this.#context.queryOffsetMs)
  }

  /** Goes on where the same rule was before a reload. */
  takeOver(previous: AlertingEvaluation<A>): void {
    this.states.takeOver(previous.states)
    this.#series = previous.#series
  }

  /** The rule is gone: its alerts and their series end. */
  end(now: number): void {
    this.states.end()
    this.#series.end(now - this.#context.queryOffsetMs)
  }

  /** The labels of each sample's alert. Mostly the samples are those of the last evaluation, so the labels are as well. */
  *#labelsOf(result: QueryResult): Steps<readonly Labels[]> {
    if (this.#known !== undefined && this.#sources.has(result)) return this.#labelled
    const labelled: Labels[] = []
    const seen = new Set<string>()
    for (let i = 0; i < result.length; i++) {
      const source = result.labels[i] ?? EMPTY_LABELS
      const labels = this.#known?.get(source) ?? this.#alertLabels(source, result.values[i] ?? NaN)
      if (seen.has(labels.key))
        throw new EvaluationError('vector contains metrics with the same labelset after applying alert labels')
      seen.add(labels.key)
      labelled.push(labels)
      if (i % SAMPLES_OF_STEP === SAMPLES_OF_STEP - 1) yield
    }
    if (this.#known !== undefined) {
      this.#sources.remember(result)
      this.#labelled = labelled
    }
    return labelled
  }

  annotate(labels: Labels, value: number): Readonly<Record<string, string>> {
    const texts = new Texts()
    for (const [name, template] of this.#annotations) texts[name] = this.#expand(template, labels, value)
    return texts
  }

  #alertLabels(source: Labels, value: number): Labels {
    const named = new Map(source.withoutName.entries())
    for (const [name, template] of this.#labels) named.set(name, this.#expand(template, source, value))
    named.set('alertname', this.rule.alert)
    return Labels.from(named)
  }

  /** When a template fails on its data, its error takes its place, as in Prometheus: the alert matters more. */
  #expand(template: Template, labels: Labels, value: number): string {
    try {
      return template.expand({ labels, value, timeMs: this.#wallMs, environment: this.#context.environment })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return `<error expanding template: error executing template __alert_${this.rule.alert}: ${reason}>`
    }
  }
}

/**
 * Texts by name, in which `toString` and `__proto__` are names like any other. V8 gives an object that was made by
 * `Object.create(null)` a hash table, which takes several times the memory: there is one object per alert and evaluation.
 */
class Texts {
  [name: string]: string

  static {
    Object.setPrototypeOf(Texts.prototype, null)
    Reflect.deleteProperty(Texts.prototype, 'constructor')
  }
}

function templatesOf(
  rule: Rule,
  field: 'labels' | 'annotations',
  texts: Readonly<Record<string, string>>,
): [name: string, template: Template][] {
  return Object.entries(texts).map(([name, text]) => {
    const where = `${field}.${name}`
    if (field === 'labels' && isReservedLabel(name))
      throw loadError(rule.alert, where, new Error(`invalid label name: ${JSON.stringify(name)}`))
    const template = inField(rule.alert, where, () => parseTemplate(text, `__alert_${rule.alert}`))
    return [field === 'labels' ? underscoreLabel(name) : name, template]
  })
}
