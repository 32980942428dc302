import type { AlertState } from './alert-states.ts'
import { Labels, METRIC_NAME, type LabelSet } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { RuleOutput } from './rule-output.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** Alerts written between two rests; the labels of a new one take some ten microseconds. */
const ALERTS_OF_STEP = 32

/** The labels of an alert's series, made when they are first asked for. */
interface SeriesLabels {
  pending?: Labels
  firing?: Labels
  forState?: Labels
}

/** The series `ALERTS` and `ALERTS_FOR_STATE` of one rule, as Prometheus writes them; the store drops what nobody selects. */
export class AlertSeries {
  readonly #store: Store
  readonly #ruleLabels: LabelSet
  readonly #known = new WeakMap<Labels, SeriesLabels>()
  // Made at the first alert: most rules have none.
  #output: RuleOutput | undefined

  /** @param ruleLabels - the rule's labels as they are written, templates and all */
  constructor(ruleLabels: LabelSet, store: Store) {
    this.#store = store
    this.#ruleLabels = ruleLabels
  }

  /** Whether there are no series, so that none can end. */
  get idle(): boolean {
    return this.#output === undefined || this.#output.size === 0
  }

  /** Writes the pending and firing alerts; series of others end. */
  *write(alerts: readonly AlertState[], at: number): Steps<void> {
    const wallOffsetMs = this.#store.wallTime(at) - at
    const output = (this.#output ??= new RuleOutput(this.#store))
    output.begin()
    for (let place = 0; place < alerts.length; place++) {
      if (place % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const { labels, state, activeAt } = alerts[place]!
      if (state === 'inactive') continue
      let series = this.#known.get(labels)
      if (series === undefined) this.#known.set(labels, (series = {}))
      series[state] ??= this.#labelsOf(labels, 'ALERTS', state)
      series.forState ??= this.#labelsOf(labels, 'ALERTS_FOR_STATE')
      if (output.claim(series[state])) output.append(series[state], at, 1)
      if (output.claim(series.forState))
        output.append(series.forState, at, Math.floor((activeAt + wallOffsetMs) / 1000))
    }
    output.end(at)
  }

  /** The rule is gone: all its series end. */
  end(at: number): void {
    this.#output?.begin()
    this.#output?.end(at)
  }

  /** As Prometheus: a rule label whose template came out empty is there as it is written in the rule. */
  #labelsOf(labels: Labels, name: string, state?: 'pending' | 'firing'): Labels {
    const ruleLabels = Object.entries(this.#ruleLabels).map(([label, text]) => [underscoreLabel(label), text] as const)
    const own = new Map<string, string>([...ruleLabels, ...labels.entries(), [METRIC_NAME, name]])
    return Labels.from(state === undefined ? own : own.set('alertstate', state))
  }
}
