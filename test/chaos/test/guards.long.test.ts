import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/guards.ts'

test('guards revert clear harm within ten seconds and leave placebo alone', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => void rows.push(row) })

  const goals = rows.filter(row => 'goal' in row)
  expect(goals.length).toBeGreaterThan(15)
  for (const row of goals) expect(row).toMatchObject({ met: true })
})
