import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/undo.ts'

it('undoes each change whatever is lost, and never what a person has set', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 5, report: row => rows.push(row) })
  expect(new Set(rows.map(row => row.case))).toEqual(
    new Set(['local', 'host', 'fleet, under the lease', 'fleet, without looking at the lease', 'redis', 'postgres']),
  )
  for (const row of rows) {
    expect(row['sets'], 'traces in which nothing is set show nothing').toBeGreaterThan(0)
    expect(row, JSON.stringify(row)).toMatchObject({ broken: 'none', met: true })
    expect(row['excused']).toBeLessThan(Number(row['traces']) / 2)
  }
})
