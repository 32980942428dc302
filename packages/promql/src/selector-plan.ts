import type { AtModifier, MatrixSelector, VectorSelector } from './ast.ts'
import { Frame } from './frame.ts'
import type { EvaluationContext, RangePlan, VectorPlan } from './plan.ts'
import type { Selection } from './selection.ts'
import type { Series } from './series.ts'
import type { Store } from './store.ts'

/** The instant a selector looks at, after `@` and `offset`. */
export function referenceTime(context: EvaluationContext, at: AtModifier | undefined, offsetMs: number): number {
  if (at === undefined) return context.timeMs - offsetMs
  if (at === 'start') return context.startMs - offsetMs
  return (at === 'end' ? context.endMs : at) - offsetMs
}

/** How far back from the evaluation time a selector reaches. A fixed `@` time keeps what the store has. */
function reach(selector: VectorSelector, ms: number): number {
  return Math.max(0, selector.offsetMs) + ms
}

export function instantSelector(selector: VectorSelector, store: Store): VectorPlan {
  const { lookbackMs } = store
  const selection = store.want(selector.matches, reach(selector, lookbackMs))
  const frame = new Frame()
  return {
    type: 'instant vector',
    evaluate(context) {
      frame.clear()
      const at = referenceTime(context, selector.at, selector.offsetMs)
      for (const series of selection.series) {
        const index = series.indexAt(at)
        if (index < 0) continue
        const time = series.timeAt(index)
        // Left-open like ranges since Prometheus 3: a sample exactly the lookback old is not seen.
        if (time <= at - lookbackMs || series.isStaleAt(index)) continue
        frame.times[frame.length] = time
        frame.push(series.labels, series.valueAt(index))
      }
      return frame
    },
  }
}

/** The samples of one series in a range; one object per selector, refilled for each series. */
class ScratchWindow {
  length = 0
  times = new Float64Array(64)
  values = new Float64Array(64)
  startMs = 0
  endMs = 0

  fill(series: Series): void {
    const last = series.indexAt(this.endMs)
    const first = series.indexAt(this.startMs) + 1
    if (last - first + 1 > this.times.length) {
      this.times = new Float64Array(2 * (last - first + 1))
      this.values = new Float64Array(this.times.length)
    }
    let length = 0
    for (let i = first; i <= last; i++) {
      if (series.isStaleAt(i)) continue
      this.times[length] = series.timeAt(i)
      this.values[length] = series.valueAt(i)
      length += 1
    }
    this.length = length
  }
}

export function rangeSelector(matrix: MatrixSelector, store: Store): RangePlan {
  const { selector, rangeMs } = matrix
  const selection: Selection = store.want(selector.matches, reach(selector, rangeMs))
  const window = new ScratchWindow()
  return {
    type: 'range vector',
    rangeMs,
    each(context, visit) {
      window.endMs = referenceTime(context, selector.at, selector.offsetMs)
      window.startMs = window.endMs - rangeMs
      for (const series of selection.series) {
        window.fill(series)
        if (window.length > 0) visit(series.labels, window)
      }
    },
  }
}
