import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { worstHours } from '../src/flap-count.ts'
import { run } from '../src/runs/flapping.ts'

const HOUR_MS = 3_600_000

test('whatever a signal does, its alert changes at most twice per hour; a lasting step is reported in time', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  const promised = rows.filter(row => 'met' in row)
  expect(promised).toHaveLength(12)
  expect(promised.filter(row => row['met'] !== true)).toEqual([])
  // Otherwise the signals would need no budget.
  for (const row of rows.filter(each => 'late' in each)) expect(row['late of a threshold']).toBeGreaterThan(20)
})

test('an hour is counted with both its ends, and belongs to the first two only when it ends in them', () => {
  expect(worstHours([0, HOUR_MS])).toEqual({ early: 2, late: 1 })
  expect(worstHours([0, HOUR_MS + 1])).toEqual({ early: 1, late: 1 })
  expect(worstHours([HOUR_MS + 1, HOUR_MS + 2, 2 * HOUR_MS + 1])).toEqual({ early: 0, late: 3 })
  expect(worstHours([])).toEqual({ early: 0, late: 0 })
})
