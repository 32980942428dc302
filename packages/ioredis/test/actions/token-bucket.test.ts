import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBucket } from '../../src/actions/token-bucket.ts'

test('the burst is free, and after it each token costs its share of a second', () => {
  const bucket = new TokenBucket(10, 2, 0)
  expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 100, 200])
  expect(bucket.take(1000)).toBe(0)
})

test('no window holds more work than the burst and the rate allow, however it is asked for', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10 }), (gapsMs, perSecond, burst) => {
      const bucket = new TokenBucket(perSecond, burst, 0)
      let now = 0
      const starts = gapsMs.map(gap => (now += gap) + bucket.take(now)).toSorted((a, b) => a - b)
      for (const [i, start] of starts.entries()) {
        for (let j = i; j < starts.length; j++) {
          expect(j - i + 1).toBeLessThanOrEqual(burst + ((starts[j]! - start) * perSecond) / 1000 + 1e-6)
        }
      }
    }),
  )
})
