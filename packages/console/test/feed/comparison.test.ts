import { compile } from '@homeostat/promql'
import { expect, test } from 'vitest'
import { comparisonOf } from '../../src/feed/comparison.ts'

test.each([
  ['hits / lookups < 0.7', 'hits / lookups', '<', 0.7],
  ['sum(rate(x[1m])) >= 5 * 60', 'sum(rate(x[1m]))', '>=', 300],
  ['(waiting > 100)', 'waiting', '>', 100],
  ['0.7 > ratio', 'ratio', '<', 0.7],
  ['ratio < 0.7 and lookups > 100', 'ratio', '<', 0.7],
  ['(a + b) > -1', '(a + b)', '>', -1],
  ['lag > 0.1 < 5', 'lag', '>', 0.1],
  ['up == 0 unless maintenance == 1', 'up', '==', 0],
  ['max by (pool) (pending) > 0 or x > 3', 'max by (pool) (pending)', '>', 0],
])('%s', (source, expr, operator, threshold) => {
  expect(comparisonOf(compile(source))).toEqual({ expr, operator, threshold })
})

test.each(['up', 'a > b', 'absent(up)', '1 > 0', 'rate(x[1m]) * 2'])('%s has no threshold that stays', source => {
  expect(comparisonOf(compile(source.replace('1 > 0', 'vector(1) > vector(0)')))).toBeUndefined()
})
