import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run as designs } from '../src/runs/designs.ts'

test('a split that keeps its units is seldom wrong, and a switchback whose effect comes blocks late finds no verdict of none', async () => {
  const rows: ChaosRow[] = []
  await designs.run({ short: true, seed: 1, report: row => void rows.push(row) })
  expect(rows).toHaveLength(13)
  for (const row of rows) expect(row).toMatchObject({ met: true })
})
