import { expect, test } from 'vitest'
import { checkConditions } from './check-conditions.ts'

test('a condition agrees with its model after any history', () => {
  const { transitions } = checkConditions(3000, 1)
  expect(transitions).toBeGreaterThan(3000)
})
