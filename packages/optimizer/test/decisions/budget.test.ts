import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecentTrials } from '../../src/decisions/budget.ts'
import { remainingBudget, spendingOf } from '../../src/decisions/budget.ts'
import { afterRun } from '../../src/trials/advance-trial.ts'
import { DEFAULT_BUDGET } from '../../src/words/budget-limits.ts'
import type { Trial, TrialArm } from '../../src/words/trial.ts'
import { NOW, proposal, running } from './decisions.ts'

const HOUR_MS = 3_600_000

function recent(trials: readonly Trial[]): RecentTrials {
  return { since: time => trials.filter(({ startedAt }) => startedAt > time) }
}

/** Trials that began so long before now. */
function trials(...began: readonly (readonly [agoMs: number, arm: TrialArm, name?: string])[]): RecentTrials {
  return recent(
    began.map(([agoMs, arm, name = 'load.relieve']) => running({ action: name, arm, startedAt: NOW - agoMs })),
  )
}

describe('the budget that was used', () => {
  test('counts runs and controls of the last hour alike, so that both arms are drawn under the same conditions', () => {
    const spending = spendingOf(trials([1000, 'act'], [2000, 'control'], [HOUR_MS + 1, 'act']), NOW)
    expect(spending.runs).toBe(2)
    expect(spending.ofAction.get('load.relieve')).toBe(2)
  })

  test('does not count shadow episodes, which do nothing', () => {
    expect(spendingOf(trials([1000, 'shadow']), NOW)).toMatchObject({ runs: 0, running: 0 })
  })

  test('is counted per action', () => {
    const spending = spendingOf(trials([1000, 'act', 'a'], [1000, 'act', 'b'], [1000, 'act', 'b']), NOW)
    expect([...spending.ofAction]).toEqual(
      expect.arrayContaining([
        ['a', 1],
        ['b', 2],
      ]),
    )
  })

  test('counts the event loop time that receipts of the last minute report', () => {
    const receipt = { summary: 'relieved', effects: { requests: 1 }, blockedMs: 40 }
    const ended = [80_000, 20_000].map(agoMs =>
      afterRun(running({ startedAt: NOW - agoMs - 1000 }), { status: 'completed', receipt }, NOW - agoMs),
    )
    expect(spendingOf(recent(ended), NOW).blockedMs).toBe(40)
  })
})

test('the rest of a budget is the limit less what was used and what is due, and never negative', () => {
  const count = fc.nat(40)
  fc.assert(
    fc.property(count, count, count, count, fc.nat(5), (own, runs, concurrent, blocked, due) => {
      const spending = { ofAction: new Map([['load.relieve', own]]), runs, running: concurrent, blockedMs: blocked }
      const waiting = Array.from({ length: due }, () => proposal())
      const left = remainingBudget('load.relieve', spending, waiting, DEFAULT_BUDGET)
      expect(Object.fromEntries(left.map(({ budget, remaining }) => [budget, remaining]))).toEqual({
        runsPerHourOfAction: Math.max(0, 6 - own - due),
        runsPerHour: Math.max(0, 20 - runs - due),
        concurrentRuns: Math.max(0, 2 - concurrent - due),
        blockedMsPerMinute: Math.max(0, 50 - blocked),
      })
    }),
  )
})
