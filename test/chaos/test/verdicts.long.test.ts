import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run as verdicts } from '../src/runs/verdicts.ts'
import { shadows } from '../src/verdicts/cases/log-normal-cases.ts'
import { tally } from '../src/verdicts/tally.ts'

test('an action that does nothing is seldom called effective or harmful, and one that does something is found', async () => {
  const rows: ChaosRow[] = []
  await verdicts.run({ short: true, seed: 1, report: row => void rows.push(row) })
  const of = (beginning: string): ChaosRow[] =>
    rows.filter(({ case: name, goal }) => name.startsWith(beginning) && goal !== undefined)
  expect(of('placebo')).toHaveLength(8)
  for (const row of of('placebo')) expect(row).toMatchObject({ met: true })
  expect([...of('-20 %'), ...of('+20 %')]).toHaveLength(6)
  for (const row of [...of('-20 %'), ...of('+20 %')]) {
    expect(row).toMatchObject({ met: true })
    // The promise is about services that are as steady as this.
    expect(row['sd']).toBeLessThanOrEqual(0.09)
  }
  // What others would say of the same runs.
  const naive = rows.find(({ case: name }) => name === 'placebo, AR(1) rho 0.8: before/after of one run')
  expect(naive!['mean 30 s']).toBeGreaterThan(0.8)
})

test('controls of another time never count', async () => {
  const cases = shadows(50).filter(({ name }) => name.endsWith('acts only'))
  expect(cases).toHaveLength(4)
  for (const one of cases) {
    const counts = await tally(one, 1, 0, one.histories)
    expect(counts, one.name).toMatchObject({ histories: 50, 'ever inconclusive': 50 })
    expect(Object.keys(counts).filter(name => /^ever (?!inconclusive)/.test(name))).toEqual([])
  }
})
