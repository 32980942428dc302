import type { Attributes } from '@opentelemetry/api'
import type { BreakerState } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import type { CounterSeries, HistogramSeries, LevelSeries, Registry } from '@homeostat/signals'
import type { OriginName } from '../client/origin.ts'

const STATES: readonly BreakerState[] = ['closed', 'open', 'half_open']

/** How a guarded call ended. */
type CallResult = 'succeeded' | 'failed' | 'aborted'

/** What is counted of the guarded calls to one origin. */
export class BreakerSeries {
  readonly #results: Readonly<Record<CallResult, CounterSeries>>
  readonly #refused: CounterSeries
  readonly #spared: CounterSeries
  readonly #needless: CounterSeries
  readonly #waited: HistogramSeries
  readonly #states: readonly (readonly [BreakerState, LevelSeries])[]

  constructor(registry: Registry, { scheme, address, port }: OriginName) {
    const own: Attributes = {
      [attributes.serverAddress]: address,
      ...(port !== undefined && { [attributes.serverPort]: port }),
      [attributes.urlScheme]: scheme,
    }
    const calls = registry.counter(metrics.httpGuardedCalls)
    const result = (name: CallResult): CounterSeries => calls.with({ ...own, [attributes.httpCallResult]: name })
    this.#results = { succeeded: result('succeeded'), failed: result('failed'), aborted: result('aborted') }
    const refusals = registry.counter(metrics.httpBreakerRefusals)
    this.#refused = refusals.with({ ...own, [attributes.trialArm]: 'act' })
    this.#spared = refusals.with({ ...own, [attributes.trialArm]: 'shadow' })
    this.#needless = registry.counter(metrics.httpBreakerNeedlessTime).with(own)
    this.#waited = registry.histogram(metrics.httpGuardedDuration).with(own)
    const status = registry.level(metrics.httpBreakerStatus)
    this.#states = STATES.map(state => [state, status.with({ ...own, [attributes.httpBreakerState]: state })] as const)
  }

  ended(result: CallResult): void {
    this.#results[result].add()
  }

  refused(isEnforced: boolean): void {
    ;(isEnforced ? this.#refused : this.#spared).add()
  }

  /** For so long calls were refused that the service would have answered. */
  refusedNeedlessly(seconds: number): void {
    this.#needless.add(seconds)
  }

  waited(seconds: number): void {
    this.#waited.record(seconds)
  }

  observe(state: BreakerState): void {
    for (const [each, level] of this.#states) level.set(each === state ? 1 : 0)
  }
}
