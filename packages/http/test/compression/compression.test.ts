import { describe, expect, it } from 'vitest'
import { Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import { Compression } from '../../src/compression/compression.ts'

function counted(registry: Registry, name: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const { descriptor, dataPoints } of registry.collect().metrics)
    if (descriptor.name === name)
      for (const { attributes: labels, value } of dataPoints)
        found.set(Object.values(labels as object).join(' '), value as number)
  return found
}

const registryNow = (): Registry => new Registry({ scope: { name: '@homeostat/http', version: '0' } })

describe('the compression of a process', () => {
  it('counts bodies by route and coding, before and after', () => {
    const registry = registryNow()
    const compression = new Compression()
    using _attached = compression.attach(registry)
    compression.plan('/orders/:id', 'zstd').record(1000, 200, 0.5)
    compression.plan('/orders/:id', undefined).record(10, 10, 0)
    expect(counted(registry, metrics.httpCompressionPlain.name)).toEqual(
      new Map([
        ['/orders/:id zstd', 1000],
        ['/orders/:id identity', 10],
      ]),
    )
    expect(counted(registry, metrics.httpCompressionSent.name).get('/orders/:id zstd')).toBe(200)
    expect(counted(registry, metrics.httpCompressionDuration.name).get('/orders/:id zstd')).toBe(0.5)
  })

  it('knows at most 50 routes, and the rest together', () => {
    const registry = registryNow()
    const compression = new Compression()
    using _attached = compression.attach(registry)
    for (let route = 0; route < 1000; route++) compression.plan(`/r${route}`, 'zstd').record(1, 1, 0)
    compression.plan('x'.repeat(10_000), 'zstd').record(1, 1, 0)
    const plain = counted(registry, metrics.httpCompressionPlain.name)
    expect(plain.size).toBe(51)
    expect(plain.get('_OTHER zstd')).toBe(951)
  })

  it('measures levels per content type where the route is not known, and exports no type in place of a route', () => {
    const registry = registryNow()
    const compression = new Compression()
    using _attached = compression.attach(registry)
    const plans = ['text/html', 'application/json'].map(type => compression.plan(undefined, 'zstd', undefined, type))
    expect(plans[0]!.routeClass.measurements).not.toBe(plans[1]!.routeClass.measurements)
    for (const plan of plans) plan.record(1, 1, 0)
    expect(counted(registry, metrics.httpCompressionPlain.name)).toEqual(new Map([['zstd', 2]]))
  })

  it('counts both halves apart while it is divided, and no longer', () => {
    const registry = registryNow()
    const compression = new Compression()
    using _attached = compression.attach(registry)
    compression.divide(unit => (Number(unit) % 2 === 0 ? 'act' : 'control'))
    compression.set(4)
    const steps = Array.from({ length: 6 }, () => {
      const plan = compression.plan('/', 'gzip')
      plan.record(100, plan.step === 4 ? 20 : 40, 0)
      return plan.step
    })
    expect(steps).toEqual([2, 4, 2, 4, 2, 4])
    expect(counted(registry, metrics.httpCompressionTrialSent.name)).toEqual(
      new Map([
        ['control', 120],
        ['act', 60],
      ]),
    )
    expect(counted(registry, metrics.httpCompressionPlain.name).get('/ gzip')).toBe(600)
    compression.divide(undefined)
    expect(compression.plan('/', 'gzip').step).toBe(4)
    expect(counted(registry, metrics.httpCompressionTrialSent.name).size).toBe(0)
  })

  it('is not divided any more when the value is back, whoever has set it', () => {
    const compression = new Compression()
    compression.divide(() => 'control')
    compression.set(3)
    compression.set(2)
    compression.set(4)
    expect(compression.plan('/', 'gzip').step).toBe(4)
  })

  it('takes whole steps from 0 to 5, and nothing else', () => {
    const compression = new Compression()
    for (const step of [-1, 6, 1.5, NaN]) expect(() => compression.set(step)).toThrow(RangeError)
    expect(compression.step).toBe(2)
  })

  it('is at its default step and counts nothing after Homeostat has ended', () => {
    const registry = registryNow()
    const compression = new Compression()
    const attached = compression.attach(registry)
    compression.set(5)
    attached[Symbol.dispose]()
    compression.plan('/', 'zstd').record(1, 1, 0)
    expect(compression.step).toBe(2)
    expect(counted(registry, metrics.httpCompressionPlain.name).size).toBe(0)
  })

  it('labels nothing but the route, the coding and the half', () => {
    for (const metric of Object.values(metrics).filter(({ name }) => name.startsWith('homeostat.http.compression')))
      for (const label of metric.attributes)
        expect([attributes.httpRoute, attributes.httpCoding, attributes.trialArm]).toContain(label)
  })
})
