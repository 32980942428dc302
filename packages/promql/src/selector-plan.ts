import type { MatrixSelector, VectorSelector } from './ast.ts'
import type { Binding } from './binding.ts'
import { Frame } from './frame.ts'
import type { RangePlan, VectorPlan } from './plan.ts'
import { referenceTime } from './reference-time.ts'
import { SampleWindow } from './sample-window.ts'

/** How far back from the evaluation time a selector reaches. A fixed `@` time keeps what the store has. */
function reach(selector: VectorSelector, ms: number): number {
  return Math.max(0, selector.offsetMs) + ms
}

/** @param outerMs how far back the subqueries around the selector reach */
export function instantSelector(selector: VectorSelector, binding: Binding, outerMs: number): VectorPlan {
  const { lookbackMs } = binding.store
  const selection = binding.want(selector.matches, outerMs + reach(selector, lookbackMs))
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
      context.samples.take(frame.length)
      return frame
    },
  }
}

/** @param outerMs how far back the subqueries around the selector reach */
export function rangeSelector(matrix: MatrixSelector, binding: Binding, outerMs: number): RangePlan {
  const { selector, rangeMs } = matrix
  const selection = binding.want(selector.matches, outerMs + reach(selector, rangeMs))
  const window = new SampleWindow()
  return {
    type: 'range vector',
    rangeMs,
    each(context, visit) {
      window.endMs = referenceTime(context, selector.at, selector.offsetMs)
      window.startMs = window.endMs - rangeMs
      for (const series of selection.series) {
        window.fill(series)
        if (window.length === 0) continue
        context.samples.take(window.length)
        visit(series.labels, window)
      }
    },
  }
}
