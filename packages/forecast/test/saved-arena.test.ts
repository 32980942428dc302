import { expect, it } from 'vitest'
import { Arena } from '../src/learning/arena.ts'
import { load, save } from '../src/saved.ts'

function arena(): { readonly arena: Arena; readonly wide: Float64Array; readonly narrow: Float32Array } {
  const made = new Arena(8 * 4 + 4 * 4)
  return { arena: made, wide: made.float64(4), narrow: made.float32(4) }
}

it.each([Number.NaN, Infinity, -Infinity, 1e200])('a saved float of %d is refused, and what was there stays', value => {
  const bad = arena()
  bad.wide[2] = value
  const kept = arena()
  kept.wide.fill(1)
  kept.narrow.fill(2)
  expect(() => load(save([1], bad.arena), 1, kept.arena)).toThrow(
    'it has values outside the range that a forecaster writes',
  )
  expect([...kept.wide, ...kept.narrow]).toEqual([1, 1, 1, 1, 2, 2, 2, 2])
})

it.each([Number.NaN, Infinity])('also where it is a narrow one: %d', value => {
  const bad = arena()
  bad.narrow[3] = value
  expect(() => load(save([], bad.arena), 0, arena().arena)).toThrow(
    'it has values outside the range that a forecaster writes',
  )
})

it('floats that learning leaves are taken', () => {
  const good = arena()
  good.wide.set([0, -1.5, 1e12, Number.MIN_VALUE])
  const other = arena()
  expect(load(save([5], good.arena), 1, other.arena)).toEqual([5])
  expect([...other.wide]).toEqual([...good.wide])
})
