import { compile } from '@homeostat/promql'
import { expect, test } from 'vitest'
import { comparisonOf } from '../../src/feed/comparison.ts'

test.each([
  ['hits / lookups < 0.7', 'hits / lookups', '<', 0.7, false],
  ['sum(rate(x[1m])) >= 5 * 60', 'sum(rate(x[1m]))', '>=', 300, false],
  ['(waiting > 100)', 'waiting', '>', 100, false],
  ['0.7 > ratio', 'ratio', '<', 0.7, false],
  ['ratio < 0.7 and lookups > 100', 'ratio', '<', 0.7, true],
  ['(a + b) > -1', '(a + b)', '>', -1, false],
  ['lag > 0.1 < 5', 'lag', '>', 0.1, true],
  ['up == 0 unless maintenance == 1', 'up', '==', 0, true],
  ['max by (pool) (pending) > 0 or x > 3', 'max by (pool) (pending)', '>', 0, true],
])('%s', (source, expr, operator, threshold, isPart) => {
  expect(comparisonOf(compile(source))).toEqual({ expr, operator, threshold, isPart })
})

test.each(['up', 'a > b', 'absent(up)', '1 > 0', 'rate(x[1m]) * 2'])('%s has no threshold that stays', source => {
  expect(comparisonOf(compile(source.replace('1 > 0', 'vector(1) > vector(0)')))).toBeUndefined()
})
