import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/prevention.ts'

test('simulated services are kept below their limits, with the same load in each run', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  const of = (name: string): ChaosRow => rows.find(row => row.case === name)!

  expect(rows).toHaveLength(12)
  expect(of('overall: all days')['ramps']).toBeGreaterThan(0)
  expect(of('overall: all days')['acts']).toBeGreaterThan(0)
  expect(of('overall: all days')['inTime']).toBeGreaterThan(0)
  // The queue changes what is done about the load, and nothing in the load.
  expect(of('cpu, age of the queue seen: all days')['ramps']).toBe(of('cpu: all days')['ramps'])
})
