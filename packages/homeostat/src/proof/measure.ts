import { type BoundExpression, compile, type Store } from '@homeostat/promql'
import { atOnce, ownMessage } from '@homeostat/signals'
import { ProofRefusedError } from './knob-terms.ts'

/** Enough for an hour at ticks of 5 s. */
const MOST_VALUES = 720

/** The values of one expression, tick by tick; the worst where it has several series. */
export class Measure implements Disposable {
  readonly expr: string
  /** How far back it looks. */
  readonly rangeMs: number
  readonly #bound: BoundExpression
  readonly #direction: 'up' | 'down'
  #problem: string | undefined
  readonly #values: (readonly [ms: number, value: number])[] = []

  /** @throws SyntaxProblem, UnsupportedFeature, RuleError or ProofRefusedError - when `expr` is not PromQL that gives numbers */
  constructor(store: Store, { expr, direction }: { readonly expr: string; readonly direction: 'up' | 'down' }) {
    this.expr = expr
    this.#direction = direction
    const expression = compile(expr, { experimental: true })
    if (expression.type !== 'instant vector' && expression.type !== 'scalar')
      throw new ProofRefusedError(
        `it is a ${expression.type}; a measure is a number per series, such as rate(requests_total[1m])`,
      )
    this.rangeMs = expression.maxRangeMs
    this.#bound = expression.bindApart(store)
  }

  /** The values that were read so far, oldest first. */
  get values(): readonly (readonly [ms: number, value: number])[] {
    return this.#values
  }

  /** Why the last read gave nothing, where the expression could not be evaluated. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** The value now; undefined where there is none, or none that can be compared. Never throws: a person has written the expression. */
  read(now: number): number | undefined {
    let values: ArrayLike<number> & Iterable<number>
    try {
      values = atOnce(this.#bound.columnsInSteps(now)).values
      this.#problem = undefined
    } catch (error) {
      this.#problem = ownMessage(error) ?? 'it cannot be evaluated'
      return undefined
    }
    let worst: number | undefined
    for (const value of values)
      if (
        Number.isFinite(value) &&
        (worst === undefined || (this.#direction === 'down' ? value > worst : value < worst))
      )
        worst = value
    if (worst === undefined) return undefined
    if (this.#values.length >= MOST_VALUES) this.#values.shift()
    this.#values.push([now, worst])
    return worst
  }

  [Symbol.dispose](): void {
    this.#bound.dispose()
  }
}
