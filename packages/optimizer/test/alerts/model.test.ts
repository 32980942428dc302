import { expect, test } from 'vitest'
import { checkConditions } from './check-conditions.ts'

test('in any history a condition is what a look through the whole history says', () => {
  const { transitions } = checkConditions(3000, 1)
  expect(transitions).toBeGreaterThan(3000)
})
