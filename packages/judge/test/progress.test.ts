import { expect, test } from 'vitest'
import { progress } from '../src/progress.ts'
import { freshLife, nextGeneration, type Life } from '../src/life/life.ts'
import { decidableAt } from '../src/looks/shortfall.ts'
import { alternating, history } from './episodes.ts'

test('counts the episodes, forecasts when there are enough, and calls before and after no evidence', () => {
  const input = history({ arms: alternating(7), noise: 0.05 })
  const now = 60 * 60_000
  expect(progress(input, now)).toMatch(
    /^4 of 6 act, 3 of 6 control; a 20 % effect is decidable around 02:00\. Not evidence: \d+(\.\d)? before, \d+(\.\d)? after the latest run$/,
  )
})

test('names the day when it is days away', () => {
  const input = history({ arms: alternating(7), noise: 0.05 })
  const slow = (episodes: typeof input.acts): typeof input.acts => episodes.map(one => ({ ...one, at: one.at * 100 }))
  // Thursday, 1 January 1970, and four days and more at three controls in four days.
  expect(progress({ ...input, acts: slow(input.acts), controls: slow(input.controls) }, 100 * 60 * 60_000)).toContain(
    'around Friday',
  )
})

test('does not promise what a noisy value cannot show', () => {
  expect(progress(history({ arms: alternating(11), noise: 0.9 }), 60 * 60_000)).toContain(
    'a 20 % effect is too small to distinguish',
  )
})

test('gives the verdict once there is one', () => {
  expect(progress(history({ arms: alternating(24), factor: 0.7 }), 0)).toMatch(/^effective: -\d+ %/)
})

test('the look that decides follows from the spread of the controls', () => {
  const { alpha } = freshLife()
  expect(decidableAt(-0.2, 0.05, alpha)).toBe(6)
  expect(decidableAt(-0.2, 0.14, alpha)).toBe(12)
  expect(decidableAt(-0.2, 1, alpha)).toBeUndefined()
  const tenth = Array.from({ length: 9 }).reduce<Life>(life => nextGeneration(life), freshLife())
  expect(decidableAt(-0.2, 0.14, tenth.alpha)).toBe(24)
})
