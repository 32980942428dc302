import { collectDefaultMetrics, Counter, Registry as PromRegistry } from 'prom-client'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { Registry } from '@homeostat/signals'
import type { MetricDefinition } from '@homeostat/semconv'
import { homeostat, type Homeostat } from '../../src/index.ts'
import { withExposition } from '../../src/doors/exposition.ts'

const running: Homeostat[] = []
const start = (): Homeostat => {
  const h = homeostat({ autoStart: false })
  running.push(h)
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  return h
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(h => h.stop()))
})

/** Samples by name and labels; throws for a line that Prometheus would refuse. */
function parsed(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  const types = new Set<string>()
  for (const line of text.split('\n').filter(each => each !== '')) {
    const type = /^# TYPE (\S+) (?:counter|gauge|histogram|summary)$/.exec(line)
    if (type) {
      expect(types.has(type[1]!), `${type[1]} twice`).toBe(false)
      types.add(type[1]!)
    }
    if (line.startsWith('#')) continue
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)(?: \d+)?$/.exec(
      line,
    )
    expect(sample, line).not.toBeNull()
    const key = `${sample![1]}{${sample![2] ?? ''}}`
    expect(samples.has(key), `${key} twice`).toBe(false)
    samples.set(key, Number(sample![3]!.replace('Inf', 'Infinity')))
  }
  return samples
}

test('an application with prom-client serves our metrics beside its own, by one line', async () => {
  const register = new PromRegistry()
  collectDefaultMetrics({ register })
  new Counter({ name: 'orders_total', help: 'Orders', registers: [register] }).inc(3)
  const h = start()
  h.optimizer.tick()
  const own = await register.metrics()

  const samples = parsed(h.exposition(own))

  expect(samples.get('orders_total{}')).toBe(3)
  expect([...samples.keys()].some(key => key.startsWith('nodejs_eventloop_delay'))).toBe(true)
  expect([...samples.keys()].some(key => key.startsWith('homeostat_heartbeat_total{'))).toBe(true)
  for (const [key, value] of parsed(own)) expect(samples.get(key)).toBe(value)
})

test('OpenMetrics of prom-client stays valid', async () => {
  const register = new PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>()
  register.setContentType(PromRegistry.OPENMETRICS_CONTENT_TYPE)
  new Counter({ name: 'orders', help: 'Orders', registers: [register] }).inc(3)
  const h = start()
  h.optimizer.tick()
  const text = h.exposition(await register.metrics())
  expect(text.endsWith('# EOF\n')).toBe(true)
  expect(text.match(/# EOF/g)).toHaveLength(1)
  expect(text).toContain('# TYPE homeostat_heartbeat counter\nhomeostat_heartbeat_total{')
  parsed(text)
})

test('without a text of its own an application serves ours alone', () => {
  const h = start()
  h.optimizer.tick()
  expect(parsed(h.exposition()).size).toBeGreaterThan(10)
})

test('a family that the application has already is left to it', () => {
  const h = start()
  h.optimizer.tick()
  const text = h.exposition('# TYPE homeostat_heartbeat_total counter\nhomeostat_heartbeat_total 1')
  expect(parsed(text).get('homeostat_heartbeat_total{}')).toBe(1)
  expect([...parsed(text).keys()].filter(key => key.startsWith('homeostat_heartbeat'))).toHaveLength(1)
})

const gauge: MetricDefinition = {
  name: 'plant.level',
  kind: 'gauge',
  unit: '1',
  description: 'A "level"\nof \\ a plant',
  attributes: ['plant.name'],
}

test('any value and any label is written so that Prometheus reads it back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.double(), (name, value) => {
      const registry = new Registry({ scope: { name: 'plant', version: '1' } })
      registry.level(gauge).with({ 'plant.name': name }).set(value)
      const samples = parsed(withExposition('', [registry.collect()], registry.scope))
      // A level that is not a finite number has no value, and is not exported.
      expect([...samples.values()]).toEqual(Number.isFinite(value) ? [value === 0 ? expect.closeTo(0) : value] : [])
    }),
  )
})
