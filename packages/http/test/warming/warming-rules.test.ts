import { Optimizer } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { expect, it, onTestFinished } from 'vitest'
import { warmingRules } from '../../src/warming/warming-rules.ts'

const START = Date.UTC(2026, 0, 1)
const TICK_MS = 5000

/** The alerts that fire at the end of phases of so many misses per second. */
async function firing(...phases: readonly (readonly [minutes: number, perSecond: number])[]): Promise<string[]> {
  let now = START
  const clock = (): number => now
  const registry = new Registry({ scope: { name: '@homeostat/http', version: '0' }, clock })
  const misses = registry.counter(metrics.httpWarmingMisses).with()
  const optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), registry],
    rules: warmingRules,
    responses: [],
    actions: [],
    warmUpMs: 0,
    environment: {},
    clock,
  })
  onTestFinished(() => optimizer.stop())
  let firings: readonly { readonly alert: string }[] = []
  for (const [minutes, perSecond] of phases)
    for (const until = now + minutes * 60_000; now < until; now += TICK_MS) {
      misses.add((perSecond * TICK_MS) / 1000)
      firings = (await optimizer.tickAndWait(now)).entry.firings
    }
  return firings.map(({ alert }) => alert)
}

it('an edge that went cold is noticed within half a minute', async () => {
  expect(await firing([20, 2], [0.5, 30])).toEqual(['EdgeWentCold'])
})

it('a busy origin whose edge misses as often as ever is not a cold edge, and neither are a few misses', async () => {
  expect(await firing([20, 30])).toEqual([])
  expect(await firing([20, 0.05], [0.5, 0.6])).toEqual([])
})

it('a process that has just started behind a warm edge says nothing', async () => {
  expect(await firing([1, 5])).toEqual([])
})
