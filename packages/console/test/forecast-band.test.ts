import { expect, test } from 'vitest'
import { bandOf } from '../page/parts/forecast-band.ts'
import type { ShownForecast } from '../src/index.ts'

function forecast(horizonMs: number, peak: ShownForecast['peak']): ShownForecast {
  const said = {
    target: 'cpu',
    expr: 'cpu',
    threshold: 0.9,
    probability: 0.5,
    limit: 0.7,
    explanation: '',
    mayAct: false,
  }
  return { ...said, horizonMs, peak }
}

test('each horizon has its own place in the band, whatever the chart can show', () => {
  const long = forecast(900_000, { from: 0.4, median: 0.5, high: 0.8 })
  const short = forecast(300_000, { from: 0.4, median: 0.45, high: 0.6 })
  expect(bandOf([long, short], 1000)).toEqual({
    from: 0.4,
    median: [
      [1000, 0.4],
      [1300, 0.45],
      [1900, 0.5],
    ],
    high: [
      [1000, 0.4],
      [1300, 0.6],
      [1900, 0.8],
    ],
  })
})

test('there is no band while nothing is known of a peak', () => {
  expect(bandOf([forecast(300_000, undefined)], 1000)).toBeUndefined()
  expect(bandOf([], 1000)).toBeUndefined()
})
