import { createRandom } from '@homeostat/signals/random'
import { expect, it } from 'vitest'
import { JobUse } from '../../src/costs/job-use.ts'
import { RunUse } from '../../src/costs/run-use.ts'

/** Runs of `runMs` that use a quarter of their time, in windows of 500 ms every 700 ms. */
function learned(
  runMs: number,
  { seconds = 60, share = () => 0.25 }: { seconds?: number; share?: (now: number) => number } = {},
) {
  const use = new JobUse('q', 'pdf')
  const random = createRandom(1)
  const runs: { readonly run: RunUse; readonly endsAt: number; readonly ms: number }[] = []
  let measuredMs = 0
  for (let now = 0; now < seconds * 1000; now += 5) {
    if (now % 700 === 500) use.windowCloses()
    for (let i = runs.length - 1; i >= 0; i--) {
      const { run, endsAt, ms } = runs[i]!
      if (endsAt > now) continue
      run.statementEnded(ms / 10)
      run.commandStarted(0)
      run.commandEnded(ms / 5)
      use.ended(run, now, ms, measuredMs - run.measuredMs)
      runs.splice(i, 1)
    }
    if (random() < 0.05 && runs.length < 8) {
      use.started()
      runs.push({ run: new RunUse(use, measuredMs), endsAt: now + runMs, ms: runMs })
    }
    if (now % 700 >= 500) continue
    measuredMs += 5
    for (const { run } of runs) run.cpuMs += 5 * share(now)
  }
  return use.cost
}

it.each([10, 100, 700, 5000])('runs of %d ms are learned, whether shorter or longer than a window', runMs => {
  const cost = learned(runMs)!
  expect(cost.runSeconds).toBeCloseTo(runMs / 1000)
  expect(cost.cpuSeconds / (0.25 * cost.runSeconds)).toBeCloseTo(1, 1)
  expect(cost.databaseSeconds).toBeCloseTo(runMs / 10_000)
  expect(cost.redisSeconds).toBeCloseTo(runMs / 5000)
})

it('a cost is unknown before five runs in three windows', () => {
  expect(learned(100, { seconds: 1 })).toBeUndefined()
  expect(learned(60_000, { seconds: 59 })).toBeUndefined()
})

it('a changed cost shows within minutes', () => {
  const cost = learned(100, { seconds: 600, share: now => (now < 300_000 ? 0.1 : 0.5) })!
  expect(cost.cpuSeconds).toBeGreaterThan(0.04)
})

it('runs that take longer outside of windows, because the machine is busy, cost no more CPU time', () => {
  const use = new JobUse('q', 'pdf')
  for (let turn = 0; turn < 40; turn++) {
    for (const [ms, measuredMs] of [
      [100, 100],
      [400, 0],
    ] as const) {
      const run = new RunUse(use, 0)
      use.started()
      if (measuredMs > 0) run.cpuMs = 80
      use.ended(run, 700 * turn, ms, measuredMs)
    }
    use.windowCloses()
  }

  expect(use.cost!.runSeconds).toBeCloseTo(0.25)
  expect(use.cost!.cpuSeconds).toBeCloseTo(0.08)
})
