import { expect, test } from 'vitest'
import { MOST_PAST, PastValues } from '../../src/feed/past-values.ts'

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
  expect(JSON.parse(JSON.stringify(values.past))).toEqual({
    at: [1, 2, 3],
    values: { 0: [10, 11, null], 1: [null, 5, 6] },
  })
})

test('old values go', () => {
  const values = new PastValues()
  for (let at = 0; at < MOST_PAST + 10; at++) values.add({ at, values: [[0, at]] })
  expect(values.past.at).toHaveLength(MOST_PAST)
  expect(values.past.values[0]?.at(0)).toBe(10)
})
