import { Labels, METRIC_NAME, type LabelSet } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { RuleOutput } from './rule-output.ts'
import type { Rule } from './rule.ts'
import { atOnce, type Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** Alerts written between two rests; the labels of a new one take some ten microseconds. */
const ALERTS_OF_STEP = 32

/** An alert as `ALERTS` and `ALERTS_FOR_STATE` show it. */
export interface ShownAlert {
  /** The alert's labels, `alertname` among them. The same object each time saves making the series' labels anew. */
  readonly labels: LabelSet
  readonly state: 'pending' | 'firing'
  /** Since when the expression has been true, on the clock of the samples. */
  readonly activeAt: number
}

/** The labels of an alert's series, made when they are first asked for. */
interface SeriesLabels {
  pending?: Labels
  firing?: Labels
  forState?: Labels
}

/**
 * The series `ALERTS` and `ALERTS_FOR_STATE` of one rule, for whoever keeps the state of its alerts. Rules loaded with
 * `writesAlerts: false` leave writing them to it, so that there is one state of an alert and not two.
 */
export class AlertSeries {
  readonly #store: Store
  readonly #output: RuleOutput
  readonly #ruleLabels: readonly (readonly [name: string, text: string])[]
  readonly #known = new WeakMap<LabelSet, SeriesLabels>()

  constructor(rule: Rule, store: Store) {
    this.#store = store
    this.#output = new RuleOutput(store)
    this.#ruleLabels = ruleLabelsOf(rule.labels ?? {})
  }

  /** Writes the alerts there are; series of alerts that are not among them end. */
  write(alerts: Iterable<ShownAlert>, now: number): void {
    atOnce(this.writeInSteps(alerts, now))
  }

  /** The same in steps. */
  *writeInSteps(alerts: Iterable<ShownAlert>, now: number): Steps<void> {
    const output = this.#output
    output.begin()
    let written = 0
    for (const { labels, state, activeAt } of alerts) {
      if (++written % ALERTS_OF_STEP === 0) yield
      let series = this.#known.get(labels)
      if (series === undefined) this.#known.set(labels, (series = {}))
      series[state] ??= alertSeriesLabels(this.#ruleLabels, Object.entries(labels), state)
      series.forState ??= alertSeriesLabels(this.#ruleLabels, Object.entries(labels))
      if (output.claim(series[state])) output.append(series[state], now, 1)
      if (output.claim(series.forState))
        output.append(series.forState, now, Math.floor(this.#store.wallTime(activeAt) / 1000))
    }
    output.end(now)
  }
}

/** A rule's labels as they are written, templates and all. */
export function ruleLabelsOf(labels: LabelSet): [name: string, text: string][] {
  return Object.entries(labels).map(([label, text]) => [underscoreLabel(label), text])
}

/** As Prometheus: a rule label whose template came out empty is there as it is written in the rule. */
export function alertSeriesLabels(
  ruleLabels: readonly (readonly [name: string, text: string])[],
  labels: readonly (readonly [name: string, value: string])[],
  state?: 'pending' | 'firing',
): Labels {
  const own: [string, string][] =
    state === undefined
      ? [[METRIC_NAME, 'ALERTS_FOR_STATE']]
      : [
          [METRIC_NAME, 'ALERTS'],
          ['alertstate', state],
        ]
  return Labels.from(new Map([...ruleLabels, ...labels, ...own]))
}
