import type { AnnotationList } from '../words/annotation.ts'
import type { BoundExpression } from '../queries/expression.ts'
import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { inField, loadError, type RuleContext } from './rule-context.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** The value of a rule's expression at an instant; valid until the next evaluation. */
export interface QueryResult {
  readonly length: number
  readonly labels: readonly Labels[]
  /** The list of labels never changes. */
  readonly stable: boolean
  readonly values: ArrayLike<number>
}

/** The expression of a rule over a store, a scalar taken as one sample without labels. */
export class RuleQuery {
  readonly #bound: BoundExpression
  readonly #offsetMs: number

  constructor(name: string, expr: string, store: Store, context: RuleContext) {
    const { queryOffsetMs: offsetMs, experimental, expressions } = context
    const expression = inField(name, 'expr', () => expressions.compile(expr, { experimental }))
    if (expression.type !== 'instant vector' && expression.type !== 'scalar')
      throw loadError(name, 'expr', new Error(`a rule needs a vector or a scalar, got ${expression.type}`))
    this.#offsetMs = offsetMs
    // Evaluated in the past, so the store must reach back further than the expression itself says.
    this.#bound = inField(name, 'expr', () => expression.bindApart(store, offsetMs))
  }

  /** Gives back what only this rule needed of the store. */
  dispose(): void {
    this.#bound.dispose()
  }

  *run(now: number, annotations: AnnotationList): Steps<QueryResult> {
    const at = now - this.#offsetMs
    const frame = yield* this.#bound.frame({ timeMs: at, startMs: at, endMs: at, annotations })
    if (frame !== undefined) return frame
    const value = yield* this.#bound.evaluateInSteps(at)
    return value.type === 'scalar' ? { length: 1, labels: NO_LABELS, stable: true, values: [value.value] } : NOTHING
  }
}

const NO_LABELS: readonly Labels[] = [EMPTY_LABELS]
const NOTHING: QueryResult = { length: 0, labels: [], stable: true, values: [] }
