import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/resize.ts'

test('a cache goes down to its share, and gives way to the event loop on the way', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows.map(({ case: name }) => name)).toEqual(['50000 entries to 0.7'])
  expect(rows[0]!['left']).toBe(35_000)
  expect(rows[0]!['medianTurns']).toBeGreaterThan(0)
  expect(rows[0]!['longestTurnMs']).toBeGreaterThan(0)
})
