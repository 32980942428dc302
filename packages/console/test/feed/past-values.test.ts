import { atOnce } from '@homeostat/signals'
import { expect, test } from 'vitest'
import { MOST_PAST, PastValues } from '../../src/feed/past-values.ts'
import type { Past } from '../../src/wire/messages.ts'

const pastOf = (values: PastValues): Past => JSON.parse(atOnce(values.jsonInSteps())) as Past

test('values stay beside their times, with gaps before a series begins and where it has none', () => {
  const values = new PastValues()
  values.add({ at: 1, values: [[0, 10]] })
  values.add({
    at: 2,
    values: [
      [0, 11],
      [1, 5],
    ],
  })
  values.add({ at: 3, values: [[1, 6]] })
  expect(pastOf(values)).toEqual({
    at: [1, 2, 3],
    values: { 0: [10, 11, null], 1: [null, 5, 6] },
  })
})

test('old values go', () => {
  const values = new PastValues()
  for (let at = 0; at < MOST_PAST + 10; at++) values.add({ at, values: [[0, at]] })
  expect(pastOf(values).at).toHaveLength(MOST_PAST)
  expect(pastOf(values).values[0]?.at(0)).toBe(10)
})

test('a line that is written while ticks go on has the length of its times', () => {
  const values = new PastValues()
  values.add({
    at: 1,
    values: [
      [0, 10],
      [1, 5],
    ],
  })
  const steps = values.jsonInSteps()
  steps.next()
  values.add({ at: 2, values: [[1, 6]] })
  expect(JSON.parse(atOnce(steps))).toEqual({ at: [1], values: { 0: [10], 1: [5] } })
  values.drop(0)
  expect(pastOf(values).values).toEqual({ 1: [5, 6] })
})
