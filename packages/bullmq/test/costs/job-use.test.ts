import { WorkUnit } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { expect, it } from 'vitest'
import { JobUse } from '../../src/costs/job-use.ts'

/** Runs of `runMs` that use a quarter of their time, in windows of 500 ms every 700 ms. */
function learned(
  runMs: number,
  { seconds = 60, share = () => 0.25 }: { seconds?: number; share?: (now: number) => number } = {},
) {
  const use = new JobUse('q', 'pdf')
  const random = createRandom(1)
  const ends: number[] = []
  let [windowEnds, opensAt] = [0, 0]
  for (let now = 0; now < seconds * 1000; now += 5) {
    if (windowEnds === 0 && now >= opensAt) {
      use.windowOpens(now)
      windowEnds = now + 500
    }
    for (let i = ends.length - 1; i >= 0; i--) {
      if (ends[i]! > now) continue
      const work = new WorkUnit(use)
      work.statementEnded(runMs / 10)
      work.commandStarted(0)
      work.commandEnded(runMs / 5)
      use.ended(now, runMs, work)
      ends.splice(i, 1)
    }
    if (random() < 0.05 && ends.length < 8) {
      use.started(now)
      ends.push(now + runMs)
    }
    if (windowEnds > 0) use.cpuMs += ends.length * 5 * share(now)
    if (windowEnds > 0 && now >= windowEnds) {
      use.windowCloses(now)
      opensAt = now + 200
      windowEnds = 0
    }
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
