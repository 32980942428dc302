import { metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { counting, HOUR, MINUTE, ramps, WatchedLoop } from './watched-loop.ts'

const NAME = 'queue.rescheduleHeavyTasks'
/** It has seen 31 crossings, in three ramps, when the fourth begins. */
const PROVEN = 7 * HOUR

interface Look {
  readonly now: number
  readonly isActing: boolean
  readonly outcomes: number
  readonly brier: number
}

/** How much was learned at each tick of the four hours after the forecaster has shown its worth. */
async function looks(loop: WatchedLoop): Promise<Look[]> {
  await loop.run(PROVEN, ramps)
  const seen: Look[] = []
  // One more ramp, and then it is over for good, and with it the alert.
  await loop.run(
    5 * HOUR,
    elapsedMs => (elapsedMs < 8 * HOUR ? ramps(elapsedMs) : 0.3),
    ({ now, open }) => {
      const outcomes = loop.value(metrics.forecastOutcomes) ?? 0
      const brier = loop.value(metrics.forecastBrierScore) ?? 0
      seen.push({ now, isActing: open.some(({ arm }) => arm === 'act'), outcomes, brier })
    },
  )
  return seen
}

const learnedIn = (seen: readonly Look[]): number => (seen.at(-1)?.outcomes ?? 0) - (seen[0]?.outcomes ?? 0)

test('from what an action works on nothing is learned, until the horizon after its start and the aftermath of its end are over', async () => {
  const lasting = counting(NAME, {
    run: async () => ({
      summary: 'halved',
      effects: { workers: 1 },
      undo: { summary: 'as it was', run: async () => ({ result: 'restored', detail: '' }) },
    }),
  })
  const seen = await looks(new WatchedLoop({ actions: [lasting] }))
  const from = seen.findIndex(({ isActing }) => isActing)
  const to = seen.findIndex(({ isActing }, index) => index > from && !isActing)
  expect(from).toBeGreaterThan(0)
  const over = Math.max(seen[to - 1]!.now + 5 * MINUTE, seen[from]!.now + 15 * MINUTE)
  const acting = seen.slice(from).filter(({ now }) => now < over)
  const after = seen.filter(({ now }) => now >= over && now < over + 40 * MINUTE)

  expect(acting.length).toBeGreaterThan(60)
  expect(learnedIn(acting)).toBe(0)
  expect(new Set(acting.map(({ brier }) => brier)).size).toBe(1)
  expect(learnedIn(after)).toBeGreaterThan(0)
})

test('an action that is over at once is not learned from until the horizon after it is over', async () => {
  const seen = await looks(new WatchedLoop({ actions: [counting(NAME)] }))
  const from = seen.findIndex(({ isActing }) => isActing)
  const acting = seen.slice(from, from + 60)
  expect(learnedIn(acting)).toBe(0)
})

test('from what was withheld is learned: it tells what comes without it', async () => {
  const loop = new WatchedLoop({ actions: [counting(NAME)], random: () => 0.45 })
  const [seen, plain] = [await looks(loop), await looks(new WatchedLoop())]
  const withheld = loop.optimizer.trials.all.find(({ arm }) => arm === 'control')!.startedAt
  const acting = seen.findIndex(({ isActing }) => isActing)
  const until = acting < 0 ? seen.length : acting
  expect(seen.slice(0, until)).toEqual(plain.slice(0, until))
  expect(learnedIn(seen.slice(0, until).filter(({ now }) => now >= withheld))).toBeGreaterThan(0)
})

test('from what was refused is learned too', async () => {
  const loop = new WatchedLoop({ actions: [counting(NAME, { unready: () => 'not now' })] })
  expect(await looks(loop)).toEqual(await looks(new WatchedLoop()))
})
