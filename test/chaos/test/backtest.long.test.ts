import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/backtest.ts'

test('an hour of 200 series is replayed: what fires, what would be done, and how two sets of rules differ', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  const [calm, compared, troubled] = rows
  expect(rows.map(row => row['evaluations'])).toEqual([720, 720, 720])
  for (const row of rows) expect(row.case).toContain('1 h of 200 series')
  expect(calm!['firings']).toBeGreaterThan(5)
  expect(calm!['actions']).toBeGreaterThan(0)
  expect(compared!['firings']).toBe(calm!['firings'])
  expect(compared!['differences']).toBeGreaterThan(0)
  expect(troubled!['firings']).toBeGreaterThan(Number(calm!['firings']))
})
