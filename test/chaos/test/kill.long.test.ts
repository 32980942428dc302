import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/kill.ts'

it('restores what killed processes left changed, locally, in Redis and in Postgres', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows.map(row => row.case)).toEqual(['local', 'redis', 'postgres'])
  for (const row of rows) {
    expect(row['kills']).toBeGreaterThanOrEqual(24)
    expect(row['changed'], 'a kill that leaves nothing shows nothing').toBeGreaterThan(5)
    // That it is restored at all, whatever else runs on this machine; the time is the long form's.
    expect(row, JSON.stringify(row)).toMatchObject({ never: 0 })
  }
})
