import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { breakerRows } from '../src/http/breaker-rows.ts'

it('callers of a peer that hangs wait as usual again within 5 s, and those of a noisy one are not refused', async () => {
  const rows: ChaosRow[] = []
  await breakerRows({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(4)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
})
