import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/soak.ts'

test('the soak makes new things all the time, and neither trips the watchdog nor stops serving', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 1, report: row => rows.push(row) })
  const [heap, latency] = rows
  expect(heap!['met']).toBe(true)
  expect(heap!['trips']).toBe(0)
  // Seconds are too short for a plateau: here a leak that grows with each request shows, no slow one.
  expect(heap!['growthMb']).toBeLessThan(10)
  expect(Number(latency!['withMs'])).toBeGreaterThan(0)
  expect(Number(latency!['withoutMs'])).toBeGreaterThan(0)
})
