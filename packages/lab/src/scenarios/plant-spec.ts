import type { Action } from '@homeostat/optimizer'

/** The simulated system that the loop watches and acts on. */
export interface PlantSpec {
  readonly series: readonly PlantSeries[]
  readonly actions: readonly PlantActionSpec[]
}

/** A time span of a scenario, in milliseconds since its start. */
export interface TimeSpan {
  readonly atMs: number
  readonly forMs: number
}

/** One series over time: level, steps, ramps and drift; times periods, effects and noise. */
export interface PlantSeries {
  readonly name: string
  /** The level of a counter is its increase per second. @default gauge */
  readonly kind: 'gauge' | 'counter'
  /** UCUM. @default 1 */
  readonly unit: string
  readonly labels: Readonly<Record<string, string>>
  readonly level: number
  /** Standard deviation of the logarithm: 0.05 is some 5 %. @default 0 */
  readonly noise: number
  /** Autocorrelation of the noise, between values 10 s apart. @default 0 */
  readonly autocorrelation: number
  /** The level rises by so much per hour. @default 0 */
  readonly driftPerHour: number
  /** How late a change shows. @default 0 */
  readonly delayMs: number
  readonly steps: readonly { readonly atMs: number; readonly level: number }[]
  readonly ramps: readonly (TimeSpan & { readonly level: number })[]
  /** Again and again: for the first `forMs` of every `everyMs` the level is multiplied. */
  readonly periods: readonly { readonly everyMs: number; readonly forMs: number; readonly factor: number }[]
  /** When it has no value. */
  readonly missing: readonly TimeSpan[]
}

/** How a run of an action changes a series. Runs do not add up: the effect is there or not. */
export interface PlantEffect {
  /** Name of the series. Without labels the effect meets all series of that name. */
  readonly series: string
  readonly labels: Readonly<Record<string, string>>
  readonly factor: number
  /** From the end of the run to the effect, and from its undoing to its end. @default 0 */
  readonly afterMs: number
  /** How long it holds. @default until it is undone, else for good */
  readonly forMs?: number
}

/** An action of a scenario, and what it does to the simulated plant. */
export interface PlantActionSpec extends Pick<Action, 'name' | 'scope' | 'raises' | 'lowers' | 'risk'> {
  /** @default its own name: two unjudged runs of one action could not be distinguished */
  readonly touches: readonly string[]
  readonly disruptive: boolean
  /** How a run ends: it does something, finds nothing to do, or throws. @default done */
  readonly receipt: 'done' | 'nothing' | 'failure'
  /** How long a run takes. @default 0 */
  readonly takesMs: number
  /** Whether what it changes lasts until it is undone. @default false */
  readonly isLasting: boolean
  /** How undoing it ends. @default restored */
  readonly undo: 'restored' | 'superseded' | 'failed'
  readonly effects: readonly PlantEffect[]
}
