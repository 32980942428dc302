import { expect, test } from 'vitest'
import { checkTrials } from './check-trials.ts'

test('whatever happens, a trial is in the state that its facts imply, and it ends', () => {
  const { transitions } = checkTrials(3000, 1)
  expect(transitions).toBeGreaterThan(10_000)
})
