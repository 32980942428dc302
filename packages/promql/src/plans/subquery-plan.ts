import { operandsOf, sizeOf, type Expr, type Subquery } from '../words/ast.ts'
import type { Binding } from './binding.ts'
import type { Labels } from '../words/labels.ts'
import type { EvaluationContext, RangePlan, VectorPlan } from './plan.ts'
import { referenceTime } from './reference-time.ts'
import { SampleWindow } from './sample-window.ts'
import { LABELS_OF_STEP, SAMPLES_OF_STEP, type Steps } from '../words/steps.ts'

/** Longer results are not worth keeping memory for between evaluations. */
const MAX_KEPT_SAMPLES = 65_536

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
  // Steps that find nothing cost time too.
  const stepCost = sizeOf(expr.operand)
  const tracks = new Map<string, Track>()
  const live: Track[] = []
  let round = 0

  const forget = (): void => {
    tracks.clear()
    live.length = 0
  }

  const record = function* (inner: EvaluationContext, timeMs: number): Steps<number> {
    const mark = inner.frames.lent
    const frame = yield* operand.evaluate(inner)
    inner.samples.take(frame.length + stepCost)
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
        track.window.clear()
        live.push(track)
      }
      track.window.push(timeMs, frame.values[i] ?? NaN)
    }
    inner.frames.windBack(mark)
    return frame.length + stepCost
  }

  return {
    type: 'range vector',
    rangeMs: expr.rangeMs,
    *each(context, visitor) {
      const endMs = referenceTime(context, expr.at, expr.offsetMs)
      const startMs = endMs - expr.rangeMs
      const steps = Math.max(0, Math.floor((endMs - (Math.floor(startMs / stepMs) + 1) * stepMs) / stepMs) + 1)
      const series = seriesOf(expr.operand, binding)
      context.samples.foresee(steps * (stepCost + series), `${steps} steps of a subquery over ${series} series`)
      const inner = { ...context }
      let touched = 0
      live.length = 0
      round += 1
      try {
        for (let at = (Math.floor(startMs / stepMs) + 1) * stepMs; at <= endMs; at += stepMs) {
          inner.timeMs = at
          touched += yield* record(inner, at)
          if (touched < LABELS_OF_STEP) continue
          touched = 0
          yield
        }
        visitor.begin(live.map(({ labels }) => labels))
        for (const [place, { window }] of live.entries()) {
          window.startMs = startMs
          window.endMs = endMs
          visitor.visit(place, window)
          touched += window.length
          if (touched < SAMPLES_OF_STEP) continue
          touched = 0
          yield
        }
      } finally {
        // Kept for the next time, unless most of it belongs to series that left or it is much. A step that failed for being
        // too much leaves the most.
        const samples = live.reduce((sum, { window }) => sum + window.length, 0)
        if (tracks.size > 2 * live.length + 64 || samples > MAX_KEPT_SAMPLES) forget()
      }
    },
  }
}

/** Samples that one evaluation of an expression looks at, at least as far as is known before: series, and steps of subqueries. */
function seriesOf(expr: Expr, binding: Binding): number {
  if (expr.kind === 'selector') return binding.selectionOf(expr.matches)?.series.length ?? 0
  const inner = operandsOf(expr).reduce((sum, operand) => sum + seriesOf(operand, binding), 0)
  if (expr.kind !== 'subquery') return inner
  return (expr.rangeMs / (expr.stepMs ?? binding.store.subqueryStepMs)) * (sizeOf(expr.operand) + inner)
}
