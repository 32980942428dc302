import type { LedgerEntry, Mode } from '@homeostat/optimizer'
import { attributes as a, metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { BreakerLoop } from './breaker-loop.ts'

const START = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000
const ORIGIN = { [a.serverAddress]: 'pay.example.com', [a.serverPort]: 443, [a.urlScheme]: 'https' }

function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

/** A service fails for so many minutes; callers wait a second for it, unless its breaker refuses them. Virtual time. */
async function loopFor(
  minutes: number,
  {
    failingMinutes = minutes,
    helps = true,
    mode = 'act',
  }: { failingMinutes?: number; helps?: boolean; mode?: Mode } = {},
) {
  let now = START
  const random = seeded(3)
  const loop = new BreakerLoop({ clock: () => now, random: seeded(7), mode })
  const { registry, breakers } = loop
  breakers.guarded('https://pay.example.com')
  const waits = registry.histogram(metrics.httpGuardedDuration).with(ORIGIN)
  const calls = registry.counter(metrics.httpGuardedCalls)
  const failed = calls.with({ ...ORIGIN, [a.httpCallResult]: 'failed' })
  const succeeded = calls.with({ ...ORIGIN, [a.httpCallResult]: 'succeeded' })
  const refusals = registry.counter(metrics.httpBreakerRefusals)
  const refused = {
    act: refusals.with({ ...ORIGIN, [a.trialArm]: 'act' }),
    shadow: refusals.with({ ...ORIGIN, [a.trialArm]: 'shadow' }),
  }
  const verdicts: LedgerEntry['verdicts'][number][] = []
  const settings: boolean[] = []
  for (; now <= START + minutes * MINUTE_MS; now += 5000) {
    const fails = now < START + failingMinutes * MINUTE_MS
    for (let call = 0; call < 50; call++) {
      const isRefused = fails && breakers.isEnforced
      if (fails) refused[isRefused ? 'act' : 'shadow'].add()
      if (!isRefused) (fails ? failed : succeeded).add()
      waits.record((isRefused && helps) || !fails ? 0.004 + 0.01 * random() : 0.8 + 0.4 * random())
    }
    verdicts.push(...(await loop.tick(now)).verdicts)
    settings.push(breakers.isEnforced)
  }
  return { verdict: verdicts[0], settings }
}

test('that breakers refuse calls is proven by a switchback while the service fails', async () => {
  const { verdict, settings } = await loopFor(30)
  expect(verdict).toMatchObject({ action: 'http.openBreaker', verdict: 'effective', state: 'kept' })
  expect(settings.at(-1)).toBe(true)
})

test('where it changes nothing it is reverted', async () => {
  const { verdict, settings } = await loopFor(30, { helps: false })
  expect(['no_effect', 'inconclusive']).toContain(verdict?.verdict)
  expect(settings.at(-1)).toBe(false)
})

test('the breakers refuse nothing once the service is back', async () => {
  const { settings } = await loopFor(25, { failingMinutes: 5 })
  expect(settings).toContain(true)
  expect(settings.at(-1)).toBe(false)
})

test('in mode advise nothing is refused', async () => {
  const { settings } = await loopFor(10, { mode: 'advise' })
  expect(settings).not.toContain(true)
})
