import { assert, double, property } from 'fast-check'
import { expect, it } from 'vitest'
import { connectionsNeeded } from '../../../src/signals/checkouts/pool-size.ts'

/** Erlang's C by its definition, for numbers small enough for factorials. */
function probabilityOfWaiting(c: number, busy: number): number {
  let term = 1
  let sum = 0
  for (let k = 0; k < c; k++) {
    sum += term
    term *= busy / (k + 1)
  }
  const last = term / (1 - busy / c)
  return last / (sum + last)
}

it.each([
  [0, 1],
  [0.01, 1],
  [0.5, 3],
  [1, 4],
  [5, 8],
  [10, 14],
  [50, 54],
  [100, 105],
])('%d connections in use on average need %d', (busy, needed) => {
  expect(connectionsNeeded(busy)).toBe(needed)
})

it('it is the smallest number with which one call in a hundred waits longer than a checkout lasts', () => {
  assert(
    property(double({ min: 0.001, max: 60, noNaN: true }), busy => {
      const needed = connectionsNeeded(busy)!
      const late = (c: number): number => (c <= busy ? 1 : probabilityOfWaiting(c, busy) * Math.exp(busy - c))
      expect(late(needed)).toBeLessThanOrEqual(0.01 + 1e-9)
      if (needed > 1) expect(late(needed - 1)).toBeGreaterThan(0.01 - 1e-9)
    }),
  )
})

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 1e9])('%d is no use of a pool', busy => {
  expect(connectionsNeeded(busy)).toBeUndefined()
})
