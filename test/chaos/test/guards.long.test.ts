import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/guards.ts'

test('guards revert clear harm within ten seconds and leave placebo alone', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => void rows.push(row) })

  const goals = rows.filter(row => 'goal' in row)
  expect(goals.length).toBeGreaterThan(15)
  // 1 % of 200 placebo trials would be two; the chance of more than five is then below 2 %.
  for (const row of goals.filter(({ goal }) => String(goal).startsWith('reverted'))) {
    expect(row['reverted'], row.case).toBeLessThanOrEqual(0.025)
  }
  for (const row of goals.filter(({ goal }) => !String(goal).startsWith('reverted')))
    expect(row).toMatchObject({ met: true })
})
