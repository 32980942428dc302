import { AlertStates, type ActiveSample } from './alert-states.ts'
import { ruleLabelsOf } from './alert-series.ts'
import type { AnnotationList } from '../words/annotation.ts'
import { EvaluationError } from '../words/errors.ts'
import { DerivedLabels } from '../plans/frame.ts'
import { EMPTY_LABELS, Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { isReservedLabel } from './recording-rule.ts'
import { durationField, inField, loadError, type RuleContext } from './rule-context.ts'
import { RuleOutput } from './rule-output.ts'
import { RuleQuery } from './rule-query.ts'
import type { Rule } from './rule.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'
import { parseTemplate, type Template } from '../templates/template.ts'

/** Samples looked at between two rests; the labels of a new one take a few microseconds. */
const SAMPLES_OF_STEP = 64

/** Turns an expression's result into alerts, as `Eval` in Prometheus's `rules/alerting.go`. */
export class AlertingEvaluation {
  readonly states: AlertStates
  readonly #query: RuleQuery
  readonly #context: RuleContext
  readonly #alert: string
  readonly #keepMs: number
  readonly #labels: readonly [name: string, template: Template][]
  readonly #annotations: readonly [name: string, template: Template][]
  /** With labels that are the same for every value, an alert's labels follow from its sample's. */
  readonly #known: DerivedLabels<Labels> | undefined
  readonly #store: Store
  #leftOut = 0
  /** The instant of the present evaluation, on the wall clock. */
  #wallMs = 0

  constructor(rule: Rule, context: RuleContext, store: Store) {
    const name = rule.alert
    if (typeof name !== 'string' || name === '') throw loadError(name, 'alert', new Error('an alert needs a name'))
    this.#alert = name
    this.#store = store
    this.#context = context
    const labels = { ...context.labels, ...rule.labels }
    this.#labels = templatesOf(rule, 'labels', labels)
    this.#annotations = templatesOf(rule, 'annotations', rule.annotations ?? {})
    const holdMs = durationField(name, 'for', rule.for)
    const keepMs = durationField(name, 'keepFiringFor', rule.keepFiringFor)
    this.#keepMs = keepMs
    const output = context.writesAlerts ? new RuleOutput(store) : undefined
    this.states = new AlertStates(rule, { holdMs, keepMs, ruleLabels: ruleLabelsOf(labels), output })
    this.#query = new RuleQuery(name, rule.expr, store, context)
    const fixed = this.#labels.every(([, template]) => template.fixed)
    this.#known = fixed ? new DerivedLabels(labels => this.#alertLabels(labels, NaN)) : undefined
  }

  dispose(): void {
    this.#query.dispose()
  }

  /** Label sets that the last evaluation left out, because the rule had as many alerts as it may have. */
  get leftOut(): number {
    return this.#leftOut
  }

  *evaluate(now: number, annotations: AnnotationList): Steps<void> {
    this.#wallMs = this.#store.wallTime(now)
    this.#leftOut = 0
    const result = yield* this.#query.run(now, annotations)
    // Most rules find nothing most of the time.
    if (result.length === 0 && this.states.idle) return
    const found: ActiveSample[] = []
    const seen = result.length > 1 ? new Set<string>() : undefined
    for (let i = 0; i < result.length; i++) {
      const source = result.labels[i] ?? EMPTY_LABELS
      const value = result.values[i] ?? NaN
      const labels = this.#known?.get(source) ?? this.#alertLabels(source, value)
      if (seen?.has(labels.key) === true)
        throw new EvaluationError('vector contains metrics with the same labelset after applying alert labels')
      seen?.add(labels.key)
      found.push({ labels, value, source })
      if (i % SAMPLES_OF_STEP === SAMPLES_OF_STEP - 1) yield
    }
    yield* this.states.update(this.#withinLimit(found), now, {
      limit: this.#context.limit,
      writeAt: now - this.#context.queryOffsetMs,
      wallOffsetMs: this.#wallMs - now,
      annotate: this.#annotate,
    })
    this.#known?.trim(result.length)
  }

  /** As many samples as the rule may have alerts. Those that have an alert already go first, so that it is always the same ones. */
  #withinLimit(found: readonly ActiveSample[]): readonly ActiveSample[] {
    const { maxAlerts } = this.#context
    const { states } = this
    if (found.length + states.active <= maxAlerts) return found
    const known = found.filter(({ labels }) => states.has(labels.key)).length
    // Those without a sample stay only while `keepFiringFor` keeps them.
    let room = maxAlerts - known - (this.#keepMs > 0 ? states.active - known : 0)
    const kept = found.filter(({ labels }) => states.has(labels.key) || room-- > 0)
    this.#leftOut = found.length - kept.length
    return kept
  }

  readonly #annotate = (labels: Labels, value: number): Readonly<Record<string, string>> => {
    const out: Record<string, string> = Object.create(null)
    for (const [name, template] of this.#annotations) out[name] = this.#expand(template, labels, value)
    return out
  }

  #alertLabels(source: Labels, value: number): Labels {
    const named = new Map(source.withoutName.entries())
    for (const [name, template] of this.#labels) named.set(name, this.#expand(template, source, value))
    named.set('alertname', this.#alert)
    return Labels.from(named)
  }

  /** A template that fails on its data says so in its place, as in Prometheus; the alert is what matters. */
  #expand(template: Template, labels: Labels, value: number): string {
    try {
      return template.expand({ labels, value, timeMs: this.#wallMs, environment: this.#context.environment })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return `<error expanding template: error executing template __alert_${this.#alert}: ${reason}>`
    }
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
