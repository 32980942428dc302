import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { sheddingRows } from '../src/http/shedding-rows.ts'

it('at three times the capacity at least twice as many requests get a good answer as with under-pressure', async () => {
  const rows: ChaosRow[] = []
  await sheddingRows({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(8)
  // The other promises depend on what else the machine does; `npm run chaos -- http` measures them.
  expect(rows.find(row => row.case === 'shedding: goodput at 3x, of under-pressure')).toMatchObject({ met: true })
}, 300_000)
