import { expect, test } from 'vitest'
import { checkConditions } from './check-conditions.ts'
import { checkCourses } from './check-courses.ts'

test('in any history a condition is what a look through the whole history says', () => {
  const { transitions } = checkConditions(3000, 1)
  expect(transitions).toBeGreaterThan(3000)
})

test('in any history a course is what its facts say: nothing starts too early, and every trial ends', () => {
  const { transitions } = checkCourses(3000, 1)
  expect(transitions).toBeGreaterThan(10_000)
})
