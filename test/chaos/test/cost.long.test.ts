import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/cost.ts'

test('the loop over 10,000 series costs little, and a tick gives way to the application many times', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })

  const [cpu, slices] = rows
  expect(cpu?.case).toBe('200 rules, 10000 series, tick of 5 s')
  expect(cpu?.['ticks']).toBeGreaterThanOrEqual(1)
  // The long form has the figure; here whatever else runs is counted as well.
  expect(cpu?.['difference']).toBeLessThan(5)
  expect(slices?.['slicesATick']).toBeGreaterThan(3)
})
