import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/bullmq.ts'

it('jobs that block the event loop run once, and deadlocks, killed processes and stolen locks are left to others', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(14)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
})
