import type { Expression, Store } from '@homeostat/promql'
import { compile } from '@homeostat/promql'

/** One series of an answer. */
export interface Answer {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Answers a PromQL expression now. */
export type Query = (expr: string) => readonly Answer[]

/**
 * Expressions that are asked again and again. All are named when the query is made, because the store keeps only series
 * that somebody has asked for.
 */
export function createQuery(store: Store, exprs: readonly string[], now: () => number): Query {
  const compiled = new Map<string, Expression>()
  for (const expr of exprs) {
    const expression = compile(expr)
    expression.bind(store)
    compiled.set(expr, expression)
  }
  return expr => {
    const expression = compiled.get(expr)
    if (!expression) throw new Error(`not declared: ${expr}`)
    const value = expression.evaluate(store, now())
    if (value.type !== 'vector') return []
    return value.samples
      .filter(sample => !Number.isNaN(sample.value))
      .map(sample => ({ labels: sample.labels.toObject(), value: sample.value }))
  }
}

/** The only, or the first, number of an answer. */
export function first(answers: readonly Answer[]): number | undefined {
  return answers[0]?.value
}

/** Answers by the value of one label. */
export function by(answers: readonly Answer[], label: string): Record<string, number> {
  return Object.fromEntries(answers.map(({ labels, value }) => [labels[label] ?? '', value]))
}
