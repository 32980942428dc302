import { expect, it } from 'vitest'
import { createRules, createStore } from '../../src/index.ts'

/** A store in which whatever rests once has taken too long, and a clock that counts evaluations. */
function slow(size: number): {
  readonly evaluate: (now: number) => ReturnType<typeof rules.evaluate>
  readonly evaluations: () => number
} {
  const store = createStore({ evaluationTimeoutMs: 0 })
  let looks = 0
  const rules = createRules([{ alert: 'Slow', expr: 'sum(x_total) > 0' }], store, { clockMs: () => ++looks })
  for (let index = 0; index < size; index++)
    store.series({ name: 'x', kind: 'counter', labels: { a: `${index}` } }).append(1000, 1)
  return { evaluate: now => rules.evaluate(now), evaluations: () => looks / 2 }
}

it('a rule that takes too long is passed over for longer and longer, up to 60 evaluations, and its error stands', () => {
  const { evaluate, evaluations } = slow(10_000)
  const at: number[] = []
  for (let tick = 0; tick < 370; tick++) {
    const before = evaluations()
    const { errors } = evaluate(1000 + tick)
    expect(errors.map(({ alert }) => alert)).toEqual(['Slow'])
    if (evaluations() > before) at.push(tick)
  }
  expect(at.map((tick, index) => tick - (at[index - 1] ?? 0) - 1).slice(1)).toEqual([
    1, 2, 4, 8, 16, 32, 60, 60, 60, 60,
  ])
})

it('its error names the evaluations that are passed over', () => {
  const { evaluate } = slow(10_000)
  const [first] = evaluate(1000).errors
  expect(first?.message).toMatch(
    /its alerts stay as they were; it is passed over for one evaluation, and for twice as many each time it takes too long again, at most 60$/,
  )
  expect(evaluate(1001).errors[0]).toBe(first)
  expect(evaluate(1002).errors[0]?.message).toContain('passed over for 2 evaluations')
})

it('a rule that is in time is evaluated each time', () => {
  const { evaluate, evaluations } = slow(1)
  for (let tick = 0; tick < 10; tick++) expect(evaluate(1000 + tick).errors).toEqual([])
  expect(evaluations()).toBe(10)
})
