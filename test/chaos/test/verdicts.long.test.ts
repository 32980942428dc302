import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run as palliative } from '../src/runs/palliative.ts'
import { run as verdicts } from '../src/runs/verdicts.ts'

const TIMEOUT_MS = 120_000

test(
  'an action that does nothing is seldom called effective or harmful, and one that does something is found',
  async () => {
    const rows: ChaosRow[] = []
    await verdicts.run({ short: true, seed: 1, report: row => void rows.push(row) })
    const goals = rows.filter(row => 'goal' in row)
    expect(goals.length).toBe(8 + 6 + 8 + 2 + 12)
    for (const row of goals) expect(row).toMatchObject({ met: true })
    // Controls of another time never count, be the sample as small as it may.
    for (const row of goals.filter(({ case: name }) => name.endsWith('acts only'))) {
      expect(row).toMatchObject({ everEffective: 0, everHarmful: 0 })
    }
    // What others would say of the same runs.
    const naive = rows.find(({ case: name }) => name === 'placebo, AR(1) rho 0.8: before/after of one run')
    expect(naive!['mean 30 s']).toBeGreaterThan(0.8)
  },
  TIMEOUT_MS,
)

test(
  'a leak is never called cured, and a rule that re-fires by itself no leak',
  async () => {
    const rows: ChaosRow[] = []
    await palliative.run({ short: true, seed: 1, report: row => void rows.push(row) })
    expect(rows).toHaveLength(12)
    // One leak in ten may be slow enough to be seen only later: of ten histories each that is one or two.
    for (const row of rows.filter(({ case: name }) => name.startsWith('leak'))) {
      expect(row['effective'], row.case).toBeLessThanOrEqual(0.2)
    }
    for (const row of rows.filter(({ case: name }) => name.startsWith('AR'))) {
      expect(row['palliative'], row.case).toBeLessThanOrEqual(0.2)
    }
  },
  TIMEOUT_MS,
)
