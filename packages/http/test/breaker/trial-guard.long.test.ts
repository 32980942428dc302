import { performance } from 'node:perf_hooks'
import type { LedgerEntry } from '@homeostat/optimizer'
import { createRandom } from '@homeostat/signals/random'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BreakerLoop } from './breaker-loop.ts'

const START = Date.UTC(2026, 0, 1)
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const TICK_MS = 5 * SECOND_MS
const PAUSE_MS = 20

// The clocks that breakers and guards read. Timers stay real: none of them is waited for.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - START)
  // How long a breaker stays open is drawn.
  vi.spyOn(Math, 'random').mockImplementation(createRandom(3))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/**
 * The whole loop with a real breaker, on a clock that the calls move: a failing call takes a second and a good one 10 ms.
 *
 * @param failing - the share of calls that fail, by minutes from the start
 */
async function loopFor(minutes: number, failing: (minute: number) => number) {
  const random = createRandom(11)
  const loop = new BreakerLoop({ clock: () => Date.now(), random: createRandom(5) })
  const { breakers } = loop
  const service = breakers.guarded('https://pay.example.com')
  const pass = (ms: number): void => void vi.advanceTimersByTime(ms)
  const call = async (): Promise<void> => {
    const share = failing((Date.now() - START) / MINUTE_MS)
    if (random() < share) {
      pass(SECOND_MS)
      throw new Error('no answer')
    }
    pass(10)
  }
  const entries: LedgerEntry[] = []
  const refusing: boolean[] = []
  for (let tick = 1; tick <= (minutes * MINUTE_MS) / TICK_MS; tick++) {
    const end = START + tick * TICK_MS
    while (Date.now() < end) {
      await service.execute(call).catch(() => undefined)
      // A caller that was refused comes back as the others do.
      pass(PAUSE_MS)
    }
    entries.push(await loop.tick(Date.now()))
    refusing.push(breakers.isEnforced)
  }
  return { entries, refusing, breaches: entries.flatMap(entry => entry.breaches) }
}

test('a service that is down: the breaker refuses, no guard objects, and callers wait for less', async () => {
  const { entries, refusing, breaches } = await loopFor(40, minute => (minute < 6 ? 0.002 : 1))
  expect(breaches).toEqual([])
  expect(entries.flatMap(({ verdicts }) => verdicts)[0]).toMatchObject({ verdict: 'effective' })
  expect(refusing.at(-1)).toBe(true)
})

test('a service that comes back: the seconds until the breaker notices do not end the trial', async () => {
  const { refusing, breaches } = await loopFor(30, minute =>
    minute < 6 || (minute > 12 && minute < 18) || minute > 21 ? 0.002 : 1,
  )
  expect(breaches).toEqual([])
  expect(refusing).toContain(true)
  expect(refusing.at(-1)).toBe(false)
})

test('a service that answers nearly half of its calls: refusing the good ones is a breach, and is reverted', async () => {
  const { refusing, breaches } = await loopFor(25, minute => (minute < 6 ? 0.002 : 0.55))
  expect(refusing).toContain(true)
  expect(breaches).not.toEqual([])
  expect(breaches[0]).toMatchObject({ action: 'http.openBreaker', reason: expect.stringContaining('needless') })
})
