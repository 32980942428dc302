import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/indexes.ts'

it('leaves no index behind of processes that are killed while they create, judge and drop', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(1)
  expect(rows[0], JSON.stringify(rows[0])).toMatchObject({
    kills: 9,
    'orphans after the next start': 0,
    'not valid': 0,
    'foreign changed': 0,
    met: true,
  })
}, 600_000)
