import { expect, test } from 'vitest'
import { MOST_SAMPLES, SeriesValues } from '../page/state/series-values.ts'

test('a time without ticks is a gap in each line', () => {
  const values = new SeriesValues()
  values.intervalMs = 1000
  values.reset({ at: [1000, 2000, 9000], values: { 0: [1, 2, 3] } })
  expect(values.at).toEqual([1, 2, 5.5, 9])
  expect(values.of(0)).toEqual([1, 2, Number.NaN, 3])
  values.add({ at: 10_000, values: [[1, 7]] })
  expect(values.of(0).at(-1)).toBeNaN()
  expect(values.last(1)).toBe(7)
  expect(values.of(1)).toHaveLength(values.at.length)
})

test('a tick that comes again after a reconnection is left out, and old ticks go', () => {
  const values = new SeriesValues()
  for (let tick = 0; tick < MOST_SAMPLES + 50; tick++) values.add({ at: tick * 1000, values: [[0, tick]] })
  values.add({ at: 1000, values: [[0, -1]] })
  expect(values.at).toHaveLength(MOST_SAMPLES)
  expect(values.of(0)[0]).toBe(50)
  expect(values.last(0)).toBe(MOST_SAMPLES + 49)
})
