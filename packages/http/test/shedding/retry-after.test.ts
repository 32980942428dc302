import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfterSeconds } from '../../src/shedding/retry-after.ts'

test('whole seconds from 1 on, spread over more the longer the overload goes on, and never over half a minute', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (ms, random) => {
        const seconds = retryAfterSeconds(ms, random)
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(1)
        expect(seconds).toBeLessThanOrEqual(30)
      },
    ),
  )
  expect(retryAfterSeconds(0, 0.99)).toBe(2)
  expect(retryAfterSeconds(60_000, 0.99)).toBe(15)
})
