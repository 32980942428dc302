import { mean, quantile, type Measured } from '../episode.ts'
import type { Pair } from './matching.ts'
import { percent } from '../percent.ts'

export interface Vanished {
  /** Share of samples missing in acts beyond the share missing in controls. */
  readonly share: number
  /** The median after of an act, as if what vanished had been the worst; infinitely bad at worst, undefined when nothing is known. */
  readonly worstCase: (act: Measured, direction: 'up' | 'down') => number | undefined
}

/**
 * An action can look good by making bad samples disappear (it sheds, times out, stops the exporter). Samples go missing by
 * themselves too, in both arms alike; so what is missing in acts *beyond* controls counts as the worst value there is, spread
 * over the acts in proportion to what each misses.
 */
export function vanished(pairs: readonly Pair[]): Vanished {
  const most = Math.max(...pairs.flatMap(({ act, control }) => [act.given, control.given]))
  const missing = ({ after, due = most }: Measured): number => (due > 0 ? Math.max(0, 1 - after.length / due) : 0)
  const inActs = mean(pairs.map(({ act }) => missing(act)))
  const share = Math.max(0, inActs - mean(pairs.map(({ control }) => missing(control))))
  return {
    share,
    worstCase(act, direction) {
      const lost = share === 0 ? 0 : missing(act) * (share / inActs) * (act.due ?? most)
      return middleWithLost(act.after, lost, direction)
    },
  }
}

/** Why an improvement is not credited when so many samples are missing. */
export function vanishedReason(share: number): string {
  return `${percent(share)} of the samples vanish with the action, and may have been the worst`
}

/** The median of ascending values and of `lost` more that are worse than all of them; undefined of none. */
export function middleWithLost(values: Float64Array, lost: number, direction: 'up' | 'down'): number | undefined {
  const worst = direction === 'down' ? Infinity : 0
  if (values.length === 0) return lost > 0 ? worst : undefined
  const place = (values.length + lost - 1) / 2
  const last = values.length - 1
  // A rounding error must not turn the worst sample there is into infinitely bad.
  if (place > last + 1e-9) return worst
  const position = last === 0 ? 0 : Math.min(1, place / last)
  return quantile(values, direction === 'down' ? position : 1 - position)
}
