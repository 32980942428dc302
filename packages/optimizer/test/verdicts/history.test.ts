import { expect, test } from 'vitest'
import { evidenceOf } from '../../src/verdicts/evidence.ts'
import { History } from '../../src/verdicts/history.ts'
import type { Response } from '../../src/words/response.ts'
import type { JudgedTrial, KeptTrial } from '../../src/words/trial.ts'

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

test('the evidence lists what is missing until there is a verdict', () => {
  expect(reasonOf(relief)).toMatch(/^0 of 6 act, 0 of 6 control/)
})

test.each([
  ['is never withheld', { ...relief, withhold: false }, 'this response is never withheld'],
  ['is a matter of safety', { ...relief, priority: 'safety' as const }, 'this response is never withheld'],
  ['expects nothing', aimless, 'the response expects no change, so no effect can be measured; add `expect`'],
])('of an action that %s, it promises no verdict', (_name, response, reason) => {
  expect(reasonOf(response)).toContain(reason)
})

test('a guard that was breached in a control that was cut short makes no run of the action harmful', () => {
  const about = { alert: 'PressureHigh', action: 'relieve', version: '1' }
  const history = new History({ ...about, response: relief, intervalMs: 5000, random: () => 0.5 })
  const trial = (arm: 'act' | 'control', status: 'completed' | 'withheld'): JudgedTrial => {
    const outcome = status === 'completed' ? { status, receipt: { summary: '', effects: { valves: 1 } } } : { status }
    return { arm, outcome, response: relief, startedAt: 0, before: [[0, 1]], after: [[1, 1]] } as unknown as JudgedTrial
  }

  // It gave way to something else before it was judged, as trials do for which the kill switch is tripped.
  history.breach(trial('control', 'withheld'), 0)
  history.breach(trial('act', 'completed'), 0)
  const { verdict } = history.judge(trial('act', 'completed'), 0, true)

  expect(verdict).toBe('inconclusive')
  expect(history.save()).toMatchObject({ breaches: { act: 1, control: 1 }, trials: { act: 1, control: 1 } })
})

test('a change that was kept and breaches a guard later is one trial, not two', () => {
  const about = { alert: 'PressureHigh', action: 'relieve', version: '1' }
  const history = new History({ ...about, response: relief, intervalMs: 5000, random: () => 0.5 })
  const outcome = { status: 'completed', receipt: { summary: '', effects: { valves: 1 } } }
  const trial = { arm: 'act', outcome, response: relief, startedAt: 0, before: [[0, 1]], after: [[1, 1]] }
  const kept = { ...trial, state: 'kept' } as unknown as KeptTrial

  history.judge(kept, 0)
  history.breach(kept, 1)

  expect(history.save()).toMatchObject({ breaches: { act: 1 }, trials: { act: 1 } })

  // After a quarantine everything is counted anew, and there must not be more breaches than trials.
  history.advance({ type: 'reset' }, 2)
  history.breach(kept, 3)
  expect(history.save()).toMatchObject({ breaches: { act: 1 }, trials: { act: 1 } })
})
