import type { AtModifier } from '../words/ast.ts'
import type { EvaluationContext } from './plan.ts'

/** The instant a selector or subquery looks at, after `@` and `offset`. */
export function referenceTime(context: EvaluationContext, at: AtModifier | undefined, offsetMs: number): number {
  if (at === undefined) return context.timeMs - offsetMs
  if (at === 'start') return context.startMs - offsetMs
  // A number in the expression is a time on the wall clock.
  return (at === 'end' ? context.endMs : at - context.wallOffsetMs) - offsetMs
}
