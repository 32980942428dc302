import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/index.ts'

test.each([
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['0', 0],
  ['0s', 0],
  ['1y2w3d', 31_536_000_000 + 17 * 86_400_000],
  ['5m', 300_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', '5', '1.5h', '5m1h', '1s1s', '-5m', '5 m', 'm'])('%j is not a duration', text => {
  expect(parseDuration(text)).toBeUndefined()
})

test('a written duration reads back as the same number of milliseconds', () => {
  fc.assert(fc.property(fc.nat({ max: 10 ** 12 }), ms => parseDuration(formatDuration(ms)) === ms))
})

test('durations are written as Prometheus writes them', () => {
  expect(formatDuration(5_400_000)).toBe('1h30m')
  expect(formatDuration(0)).toBe('0s')
  expect(formatDuration(365 * 86_400_000)).toBe('1y')
  expect(formatDuration(366 * 86_400_000)).toBe('366d')
})
