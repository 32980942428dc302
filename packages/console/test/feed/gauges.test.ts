import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { atOnce } from '@homeostat/signals'
import { homeostat } from 'homeostat'
import { expect, test } from 'vitest'
import { Gauges } from '../../src/feed/gauges.ts'

class Churn extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('@shop/churn', '1.0.0', {})
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

test('lines that have ended make room for those that are there', async () => {
  const instrumentation = new Churn()
  const level = instrumentation.registry.level({
    name: 'shop.churn',
    kind: 'gauge',
    unit: '1',
    description: 'churn',
    attributes: ['part'],
  })
  const h = homeostat({
    service: 'churn',
    autoStart: false,
    intervalMs: 100,
    log: false,
    environment: {},
    rules: [{ alert: 'Churn', expr: 'max by (part) (shop_churn) > 1000' }],
    domains: [{ name: 'churn', instrumentation: instrumentation as never }],
  })
  for (const each of h.instrumentations) each.enable()
  using gauges = new Gauges(h, [])
  const churn = () => gauges.all.find(({ name }) => name === 'Churn')!
  for (let tick = 0; tick < 200; tick++) {
    const part = level.with({ part: `part-${tick}` })
    part.set(tick)
    await h.optimizePerformance()
    atOnce(gauges.sample(h.optimizer.ledger.entries.at(-1)!.now, time => time))
    part.clear()
  }
  const { series } = churn()
  expect(series.length).toBeLessThanOrEqual(20)
  const newest = Math.max(...series.map(({ labels }) => Number(/\d+$/.exec(labels)?.[0])))
  expect(newest).toBeGreaterThan(100)
  // Later viewers do not get the values of lines that have ended.
  const past = JSON.parse(atOnce(gauges.pastInSteps())) as { values: Record<string, unknown> }
  const known = new Set(gauges.all.flatMap(each => each.series.map(({ id }) => String(id))))
  expect(Object.keys(past.values).filter(id => !known.has(id))).toEqual([])
  await h.stop()
})

test('lines that have ended make room in other charts when all charts together are full', async () => {
  const instrumentation = new Churn()
  const levelOf = (name: string) =>
    instrumentation.registry.level({ name, kind: 'gauge', unit: '1', description: name, attributes: ['part'] })
  const ended = Array.from({ length: 20 }, (_, part) => levelOf('shop.ended').with({ part: String(part) }))
  const later = Array.from({ length: 3 }, (_, part) => levelOf('shop.later').with({ part: String(part) }))
  const h = homeostat({
    service: 'full',
    autoStart: false,
    intervalMs: 100,
    log: false,
    environment: {},
    rules: [
      ...Array.from({ length: 25 }, (_, rule) => ({
        alert: `Ended${rule}`,
        expr: `max by (part) (shop_ended) > ${1000 + rule}`,
      })),
      { alert: 'Later', expr: 'max by (part) (shop_later) > 1000' },
    ],
    domains: [{ name: 'full', instrumentation: instrumentation as never }],
  })
  for (const each of h.instrumentations) each.enable()
  using gauges = new Gauges(h, [])
  const total = (): number => gauges.all.reduce((sum, { series }) => sum + series.length, 0)
  const linesOf = (alert: string): number => gauges.all.find(({ name }) => name === alert)!.series.length
  const tick = async (): Promise<void> => {
    await h.optimizePerformance()
    atOnce(gauges.sample(h.optimizer.ledger.entries.at(-1)!.now, time => time))
  }
  for (const each of ended) each.set(1)
  await tick()
  for (const each of later) each.set(1)
  await tick()
  expect(total()).toBe(500)
  expect(linesOf('Later')).toBe(0)
  for (const each of ended) each.clear()
  for (let count = 0; count < 62; count++) await tick()
  expect(linesOf('Later')).toBe(3)
  await h.stop()
})
