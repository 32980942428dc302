import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/replicas.ts'

// The cost of a read is a figure of `npm run chaos -- replicas`: here it depends on what else the machine does.
const COSTS = ['routing a known text', 'a routed read beside a bare one']

it('no read is stale and no error reaches the application while replicas fail, and most reads leave the primary', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(8)
  expect(rows.filter(row => row['met'] === false && !COSTS.includes(row.case))).toEqual([])
}, 900_000)
