import type { Subquery } from './ast.ts'
import type { Binding } from './binding.ts'
import type { Labels } from './labels.ts'
import type { EvaluationContext, RangePlan, VectorPlan } from './plan.ts'
import { referenceTime } from './reference-time.ts'
import { SampleWindow } from './sample-window.ts'

/** The results of one label set, step by step; found again at the next evaluation. */
interface Track {
  labels: Labels
  readonly window: SampleWindow
  round: number
}

/**
 * An expression evaluated at every step of a range. Steps are multiples of the step's length, whatever the evaluation
 * time is, and lie in `(start, end]`.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#subquery
 */
export function subqueryPlan(expr: Subquery, operand: VectorPlan, binding: Binding): RangePlan {
  const stepMs = expr.stepMs ?? binding.store.subqueryStepMs
  const tracks = new Map<string, Track>()
  const live: Track[] = []
  let round = 0

  const record = (inner: EvaluationContext, timeMs: number): void => {
    const frame = operand.evaluate(inner)
    inner.samples.take(frame.length + 1)
    for (let i = 0; i < frame.length; i++) {
      const labels = frame.labels[i]
      if (labels === undefined) continue
      let track = tracks.get(labels.key)
      if (track === undefined) {
        track = { labels, window: new SampleWindow(), round: 0 }
        tracks.set(labels.key, track)
      }
      if (track.round !== round) {
        track.round = round
        track.labels = labels
        track.window.length = 0
        live.push(track)
      }
      track.window.push(timeMs, frame.values[i] ?? NaN)
    }
  }

  return {
    type: 'range vector',
    rangeMs: expr.rangeMs,
    each(context, visit) {
      const endMs = referenceTime(context, expr.at, expr.offsetMs)
      const startMs = endMs - expr.rangeMs
      const inner = { ...context }
      live.length = 0
      round += 1
      for (let at = (Math.floor(startMs / stepMs) + 1) * stepMs; at <= endMs; at += stepMs) {
        inner.timeMs = at
        record(inner, at)
      }
      for (const { labels, window } of live) {
        window.startMs = startMs
        window.endMs = endMs
        visit(labels, window)
      }
      // What belongs to series that left is forgotten once it is the larger part.
      if (tracks.size > 2 * live.length + 64) tracks.clear()
    },
  }
}
