import { expect, test } from 'vitest'
import { Conditions } from '../../src/alerts/conditions.ts'
import { readingOf } from '../../src/alerts/reading.ts'

const HOUR_MS = 3_600_000
const policy = { forMs: 0, keepFiringForMs: 0, intervalMs: 5000, startedAt: 0 }
const nothing: ReadonlySet<string> = new Set()
const clear = (): 'clear' => 'clear'

test('each label set of a rule has a condition of its own, and changes are told', () => {
  const conditions = new Conditions()
  const [fired] = conditions.evaluate('High', new Set(['a']), clear, 0, policy)
  expect([fired?.key, fired?.from.state, fired?.to.state]).toEqual(['a', 'inactive', 'firing'])
  const changes = conditions.evaluate('High', new Set(['b']), clear, 5000, policy)
  expect(changes.map(({ key, to }) => [key, to.state])).toEqual([
    ['a', 'inactive'],
    ['b', 'firing'],
  ])
  expect(conditions.get('Low', 'b').state).toBe('inactive')
})

test('a label set that has been quiet for four hours is forgotten', () => {
  const conditions = new Conditions()
  conditions.evaluate('High', new Set(['a']), clear, 0, policy)
  conditions.evaluate('High', nothing, clear, 5000, policy)
  expect(conditions.size).toBe(1)
  conditions.evaluate('High', nothing, clear, 4 * HOUR_MS + 5001, policy)
  expect(conditions.size).toBe(0)
  expect(conditions.of('High').size).toBe(0)
})

test('only label sets in trouble are asked for a reading', () => {
  const conditions = new Conditions()
  const asked: string[] = []
  const ask = (key: string): 'clear' => {
    asked.push(key)
    return 'clear'
  }
  conditions.evaluate('High', new Set(['a', 'b']), ask, 0, policy)
  conditions.evaluate('High', new Set(['a']), ask, 5000, policy)
  conditions.evaluate('High', new Set(['a']), ask, 10_000, policy)
  expect(asked).toEqual(['b'])
})

test('a flood of label sets is left out, counted, and those that are known go on', () => {
  const conditions = new Conditions({ max: 2 })
  conditions.evaluate('High', new Set(['a', 'b', 'c', 'd']), clear, 0, policy)
  expect([conditions.size, conditions.leftOut]).toEqual([2, 2])
  expect(conditions.get('High', 'a').state).toBe('firing')
  conditions.forget('High')
  expect(conditions.size).toBe(0)
  conditions.evaluate('High', new Set(['c']), clear, 5000, policy)
  expect(conditions.get('High', 'c').state).toBe('firing')
})

test('an alert that its rule does not report is clear only when there was something to look at', () => {
  expect(readingOf({ isReported: true, hasInputs: true })).toBe('holds')
  expect(readingOf({ isReported: true, hasInputs: true, hasFailed: true })).toBe('missing')
  expect(readingOf({ isReported: false, hasInputs: false, isClear: true })).toBe('missing')
  expect(readingOf({ isReported: false, hasInputs: true })).toBe('clear')
  expect(readingOf({ isReported: false, hasInputs: true, isClear: true })).toBe('clear')
  expect(readingOf({ isReported: false, hasInputs: true, isClear: false })).toBe('dead band')
})
