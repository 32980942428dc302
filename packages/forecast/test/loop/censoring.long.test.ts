import type { Action, LedgerEntry } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { Censoring } from '../../src/loop/censoring.ts'
import { counting, HOUR, MINUTE, ramps, START, WatchedLoop } from './watched-loop.ts'

const NAME = 'queue.rescheduleHeavyTasks'
/** It has seen 31 crossings by then, in four ramps, and the fifth one is an hour away. */
const PROVEN = 8 * HOUR

interface Look {
  readonly now: number
  readonly isActing: boolean
  readonly outcomes: number
  readonly brier: number
}

/** Whose action is ready once the forecaster has shown its worth. */
function loopOf(overrides: Partial<Action> = {}, random = () => 0.999): WatchedLoop {
  const unready = (): string | undefined => (loop.now < START + PROVEN ? 'not yet' : undefined)
  const loop: WatchedLoop = new WatchedLoop({ actions: [counting(NAME, { unready, ...overrides })], random })
  return loop
}

/** How much was learned at each tick of the four hours after the forecaster has shown its worth. */
async function looks(loop: WatchedLoop): Promise<Look[]> {
  await loop.run(PROVEN, ramps)
  const seen: Look[] = []
  // One more ramp, and then it is over for good, and with it the alert.
  await loop.run(
    5 * HOUR,
    elapsedMs => (elapsedMs < 10 * HOUR ? ramps(elapsedMs) : 0.3),
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
  const undo = async () => ({ result: 'restored' }) as const
  const run = async () => ({ summary: 'halved', effects: { workers: 1 }, undo })
  const seen = await looks(loopOf({ run }))
  const from = seen.findIndex(({ isActing }) => isActing)
  const to = seen.findIndex(({ isActing }, index) => index > from && !isActing)
  expect(from).toBeGreaterThan(0)
  const over = Math.max(seen[to - 1]!.now + 5 * MINUTE, seen[from]!.now + 15 * MINUTE)
  const acting = seen.slice(from).filter(({ now }) => now < over)
  const after = seen.filter(({ now }) => now >= over && now < over + 40 * MINUTE)

  expect(acting.length).toBeGreaterThanOrEqual(60)
  expect(learnedIn(acting)).toBe(0)
  expect(new Set(acting.map(({ brier }) => brier)).size).toBe(1)
  expect(learnedIn(after)).toBeGreaterThan(0)
})

test('an action that is over at once is not learned from until the horizon after it is over', async () => {
  const seen = await looks(loopOf())
  const from = seen.findIndex(({ isActing }) => isActing)
  const acting = seen.slice(from, from + 60)
  expect(learnedIn(acting)).toBe(0)
})

test('withheld actions are learned from: they show what happens without the action', async () => {
  const loop = loopOf({}, () => 0.45)
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

test('a change that lasts longer than the horizon is censored to its end, and for its aftermath', () => {
  const censoring = new Censoring()
  const trial = { id: `${NAME}#1`, action: NAME, alert: 'High', labels: {}, touches: ['queue'], arm: 'act' }
  const decision = {
    action: { name: NAME, lowers: ['cpu'], raises: [] },
    firing: { alert: 'High', labels: trial.labels },
  }
  const at = (now: number, entry: object): [string, boolean, number][] => {
    const worked: [string, boolean, number][] = []
    const whole = { now, decisions: [], started: [], open: [], ...entry } as unknown as LedgerEntry
    censoring.see(whole, (...work) => void worked.push(work))
    return worked
  }
  expect(at(0, { decisions: [decision], started: [trial], open: [trial] })).toContainEqual(['cpu', true, 0])
  expect(at(HOUR, { open: [trial] })).toEqual([['cpu', false, HOUR + 5 * MINUTE]])
  expect(at(2 * HOUR, {})).toEqual([['cpu', false, 2 * HOUR + 5 * MINUTE]])
  expect(at(3 * HOUR, {})).toEqual([])
})

test('two alerts that one action answers each censor their own resource', () => {
  const [cpu, memory] = ['cpu', 'memory'].map(resource => ({ homeostat_forecast_resource: resource })) as [
    object,
    object,
  ]
  const action = { name: NAME, lowers: [], raises: [] }
  const decisions = [cpu, memory].map(labels => ({ action, firing: { alert: 'Ahead', labels } }))
  const trial = { id: `${NAME}#1`, action: NAME, alert: 'Ahead', labels: memory, touches: [], arm: 'act' }
  const entry = { now: 0, decisions, started: [trial], open: [trial] } as unknown as LedgerEntry
  const worked = new Set<string>()
  new Censoring().see(entry, resource => void worked.add(resource))
  expect([...worked]).toEqual(['memory'])
})
