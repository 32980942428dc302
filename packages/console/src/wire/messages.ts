import type { ShownReport } from '../shown-homeostat.ts'
import type { NewsItem } from './news-item.ts'
import type { ShownTrial } from './shown-trial.ts'

/** The first message of a stream. */
export interface Hello {
  /** Names this process: a stream with another one is about a new process, which knows nothing of the earlier entries. */
  readonly process: string
  /** Time between two ticks as they come, in milliseconds. */
  readonly intervalMs: number
  /** What the clock on the wall shows, so that the page can say how old something is. */
  readonly at: number
}

/** What stays the same from tick to tick unless something happens, part by part. */
export interface Sections extends Omit<ShownReport, 'version' | 'mode' | 'stoppedBy' | 'service' | 'attachedTo'> {
  readonly process: Pick<ShownReport, 'version' | 'mode' | 'stoppedBy' | 'attachedTo'> & {
    readonly service: string | undefined
    /** The environment variable or file that keeps the kill switch on; the page cannot release it. */
    readonly heldBy: string | undefined
  }
  readonly trials: readonly ShownTrial[]
  /** The running proofs. */
  readonly proofs: readonly { readonly id: string; readonly knob: string; readonly line: string }[]
  readonly budgets: readonly {
    readonly action: string
    readonly remaining: readonly { readonly budget: string; readonly remaining: number; readonly limit: number }[]
  }[]
}

/** One line of a chart. */
export interface GaugeSeries {
  /** Its place in the samples. */
  readonly id: number
  /** Empty for the only series of a chart. */
  readonly labels: string
}

/** The number that a rule compares, and what it is compared with. */
export interface Gauge {
  readonly id: number
  /** The alert that fires beyond the threshold; for a forecast, its target. */
  readonly name: string
  readonly kind: 'rule' | 'forecast'
  /** The rule's own words, without what it fills in. */
  readonly description: string
  /** PromQL of the number. */
  readonly expr: string
  /** How the number is compared, e.g. `>`; with a threshold, the rule holds on that side of it. */
  readonly operator: string
  readonly threshold: number
  /** Whether the rule asks for more than this comparison. */
  readonly isPart: boolean
  readonly unit: Unit
  readonly severity: string
  readonly series: readonly GaugeSeries[]
  /** Series that have no line, because there are too many. */
  readonly leftOut: number
}

/** How a number is written. */
export type Unit = 'ratio' | 'seconds' | 'bytes' | 'plain'

/** Earlier values of all series. */
export interface Past {
  readonly at: readonly number[]
  /** By the id of the series; null where there is no value. */
  readonly values: Readonly<Record<number, readonly (number | null)[]>>
}

/** The values of one tick. */
export interface Sample {
  readonly at: number
  readonly values: readonly (readonly [id: number, value: number])[]
}

/** The messages of the stream, by the name of their event. */
export interface Messages {
  readonly hello: Hello
  /** Those that have changed; all of them at first. */
  readonly sections: Partial<Sections>
  readonly gauges: readonly Gauge[]
  readonly past: Past
  readonly sample: Sample
  /** The oldest first. */
  readonly news: readonly NewsItem[]
}
