import type { Expression, Store } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import type { Response } from './response.ts'
import type { Measure } from './trials.ts'

/**
 * Evaluates what responses expect, narrowed to the labels of the alert they answer. Of several series the worst counts:
 * the highest where the value should fall, the lowest where it should rise.
 */
export function createMeasure(store: Store, responses: readonly Response[], faults: Faults): Measure {
  const compiled = new Map<string, Expression>()
  // Bound at once, because the store keeps only what some expression has asked for.
  for (const { expect } of responses) {
    if (expect === undefined) continue
    faults.contain('rule', () => {
      const expression = compile(expect.expr)
      expression.bind(store)
      compiled.set(expect.expr, expression)
    })
  }

  return (expect, labels, now) => {
    const value = faults.contain('rule', () => compiled.get(expect.expr)?.evaluate(store, now))
    if (value === undefined) return undefined
    if (value.type === 'scalar') return value.value
    if (value.type !== 'vector') return undefined
    const values = value.samples
      .filter(sample => matches(sample.labels.toObject(), labels))
      .map(sample => sample.value)
      .filter(number => !Number.isNaN(number))
    if (values.length === 0) return undefined
    return expect.direction === 'down' ? Math.max(...values) : Math.min(...values)
  }
}

/** Labels that only one side has do not part them: an expression may aggregate more of them away than its alert. */
function matches(sample: Readonly<Record<string, string>>, alert: Readonly<Record<string, string>>): boolean {
  return Object.entries(sample).every(([name, label]) => (alert[name] ?? label) === label)
}
