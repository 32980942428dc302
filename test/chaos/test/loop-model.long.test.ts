import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/loop-model.ts'

test('the whole loop does nothing in random worlds that a small model forbids', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 3, report: row => rows.push(row) })

  const [row] = rows
  expect(row).toMatchObject({ difference: 'none', met: true })
  // Worlds in which nothing happens would forbid nothing.
  for (const figure of ['runs', 'withheld', 'breaches', 'reverts']) expect(row?.[figure], figure).toBeGreaterThan(30)
})
