import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/fleet.ts'

it('shares actions among eight processes that are stopped, cut off and have wrong clocks', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(8)
  expect(rows.filter(row => row['met'] !== true)).toEqual([])
})
