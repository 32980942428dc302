import { expect, test } from 'vitest'
import { evidenceOf } from '../src/evidence.ts'
import { History } from '../src/history.ts'
import type { Response } from '../src/response.ts'

const relief: Response = {
  to: { alert: 'PressureHigh' },
  action: 'relieve',
  priority: 'slo',
  expect: { expr: 'pressure', direction: 'down' },
}
const { expect: _, ...aimless } = relief

function reasonOf(response: Response): string {
  const about = { alert: 'PressureHigh', action: 'relieve', version: '1' }
  const history = new History({ ...about, response, intervalMs: 5000, random: () => 0.5 })
  return evidenceOf(history, 'act', 0).reason
}

test('the evidence says what is missing until there is a verdict', () => {
  expect(reasonOf(relief)).toMatch(/^0 of 6 act, 0 of 6 control/)
})

test.each([
  ['is never withheld', { ...relief, withhold: false }, 'never withheld for a control'],
  ['is a matter of safety', { ...relief, priority: 'safety' as const }, 'never withheld for a control'],
  ['expects nothing', aimless, 'the response says of nothing that it should change'],
])('of an action that %s, it promises no verdict', (_name, response, reason) => {
  expect(reasonOf(response)).toContain(reason)
})
