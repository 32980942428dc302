import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/harm.ts'

test('no harmful action stays in force, and those that guards see are left alone after two or three runs', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })

  expect(rows).toHaveLength(12)
  for (const row of rows) {
    expect(row, row.case).toMatchObject({ persisting: 0 })
    expect(row['runs'], row.case).toBeGreaterThanOrEqual(2)
  }
  const seen = rows.filter(row => String(row['goal']).includes('left alone'))
  expect(seen).toHaveLength(11)
  for (const row of seen) expect(row, row.case).toMatchObject({ notQuarantined: 0 })
})
