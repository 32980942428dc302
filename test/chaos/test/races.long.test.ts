import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/races.ts'

it("leaves a person's value alone that comes in the middle of a change", async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows.map(row => row.case)).toEqual(['local', 'redis', 'postgres'])
  expect(rows.reduce((sum, row) => sum + Number(row['whileChanged']), 0)).toBeGreaterThan(10)
  for (const row of rows) expect(row, JSON.stringify(row)).toMatchObject({ overwritten: 0, met: true })
})
