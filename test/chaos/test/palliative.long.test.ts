import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run as palliative } from '../src/runs/palliative.ts'

test('a leak is never called cured, and a rule that re-fires by itself no leak', async () => {
  const rows: ChaosRow[] = []
  await palliative.run({ short: true, seed: 1, report: row => void rows.push(row) })
  const of = (beginning: string): ChaosRow[] => rows.filter(({ case: name }) => name.startsWith(beginning))
  const [leaks, sound] = [of('leak'), of('no leak')]
  expect([leaks.length, sound.length]).toEqual([30, 16])
  for (const row of [...leaks, ...sound]) expect(row).toMatchObject({ met: true })
})
