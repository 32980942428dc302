import { expect, test } from 'vitest'
import { percent, percentChange, relativeChange } from '../src/percent.ts'

test.each([
  [0.0052, '0.52 %'],
  [0.0914, '9.1 %'],
  [0.58, '58 %'],
  [1.234, '123 %'],
  [0, '0 %'],
  [-1e-12, '0 %'],
])('a share of %d is %s', (share, text) => {
  expect(percent(share)).toBe(text)
})

test.each([
  [0.2, '+20 %'],
  [-0.0914, '-9.1 %'],
  [1e-12, '0 %'],
  [Infinity, 'any rise'],
  [-Infinity, 'any fall'],
])('a change by %d is %s', (change, text) => {
  expect(percentChange(change)).toBe(text)
})

test.each([
  [1.58, '+58 %'],
  [0.909, '-9.1 %'],
  [12.4, '12x'],
  [Infinity, 'any change'],
])('a change to %d times is %s', (ratio, text) => {
  expect(relativeChange(ratio)).toBe(text)
})
