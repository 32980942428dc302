import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascending, quantile } from '../../src/episode.ts'
import { selectQuantile } from '../../src/ranks/select.ts'

test('a quantile of values in any order is that of the sorted ones', () => {
  const value = fc.oneof(fc.constantFrom(0, 1, 1, 2), fc.double({ noNaN: true }))
  const position = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), position, (values, at) => {
      expect(selectQuantile(Float64Array.from(values), at)).toBe(quantile(ascending(values), at))
    }),
  )
})
