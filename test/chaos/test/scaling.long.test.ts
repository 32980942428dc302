import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/scaling.ts'

it('an autoscaler that follows our number holds the target age at the cost of an oracle, and drains are estimated', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(20)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
})
