import { expect, test } from 'vitest'
import { Rests } from '../../src/trials/rests.ts'

const HOUR_MS = 3_600_000
const NONE = { streak: 0, notBefore: -Infinity }

test('a rest is over with its cooldown, and a streak is remembered for a day longer', () => {
  const rests = new Rests()
  rests.set('a', { streak: 0, notBefore: 1000 })
  rests.set('b', { streak: 2, notBefore: 1000 })
  expect([rests.at('a', 1000).notBefore, rests.at('a', 1001)]).toEqual([1000, NONE])
  expect([rests.at('b', 24 * HOUR_MS).streak, rests.at('b', 25 * HOUR_MS)]).toEqual([2, NONE])
  expect(rests.at('c', 0)).toEqual(NONE)
})

test('there is an end to the rests that are remembered, and those that are over make room', () => {
  const rests = new Rests({ max: 2 })
  rests.set('a', { streak: 0, notBefore: 1000 })
  rests.set('b', { streak: 2, notBefore: 1000 })
  expect([rests.hasRoom('c', 1000), rests.hasRoom('b', 1000)]).toEqual([false, true])
  expect([rests.hasRoom('c', 1001), rests.size]).toEqual([true, 1])
  expect(rests.at('b', 1001).streak).toBe(2)
})

test('a trial that ends while there is no room is remembered all the same', () => {
  const rests = new Rests({ max: 1 })
  rests.set('a', { streak: 0, notBefore: 1000 })
  rests.set('b', { streak: 1, notBefore: 1000 })
  expect(rests.at('b', 0).streak).toBe(1)
})
