import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { attributes, metrics } from '@homeostat/semconv'
import type { MetricDefinition } from '@homeostat/semconv'
import type { HistogramValue } from '@homeostat/signals'
import packageJson from '../package.json' with { type: 'json' }
import { HeapRoomReader } from '../src/signals/heap-room.ts'
import { measureEventLoopLag, RuntimeInstrumentation, type RuntimeInstrumentationConfig } from '../src/index.ts'

let runtime: RuntimeInstrumentation

function start(config: RuntimeInstrumentationConfig = {}): RuntimeInstrumentation {
  runtime = new RuntimeInstrumentation({ windowMs: 200, refreshMs: 50, ...config })
  runtime.enable()
  return runtime
}
afterEach(() => runtime?.disable())

function stall(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** The value of the one point with these attributes. */
function value(definition: MetricDefinition, labels: Record<string, string> = {}): number | undefined {
  const metric = runtime.registry.collect().metrics.find(({ descriptor }) => descriptor.name === definition.name)
  const points = (metric?.dataPoints ?? []).filter(point =>
    Object.entries(labels).every(([key, text]) => point.attributes[key] === text),
  )
  expect(points.length).toBeLessThanOrEqual(1)
  return points[0]?.value as number | undefined
}
const area = (name: string): Record<string, string> => ({ [attributes.memoryArea]: name })

test('the version is the one of the package', () => {
  expect(start().instrumentationVersion).toBe(packageJson.version)
})

describe('memory', () => {
  test('process and heap are what Node reports, each against its limit', async () => {
    start()
    await vi.waitUntil(() => value(metrics.memoryLimit, area('process')))
    const rss = process.memoryUsage.rss()
    expect(Math.abs(value(metrics.processMemoryUsage)! / rss - 1)).toBeLessThan(0.2)
    expect(Math.abs(value(metrics.memoryUsage, area('process'))! / rss - 1)).toBeLessThan(0.2)
    expect(value(metrics.memoryLimit, area('process'))).toBeLessThanOrEqual(totalmem())
    expect(value(metrics.memoryLimit, area('heap'))).toBe(new HeapRoomReader().read().limit)
    expect(value(metrics.memoryLimit, area('heap'))).toBeLessThan(getHeapStatistics().heap_size_limit)
    for (const name of ['container', 'process', 'heap']) {
      const utilization = value(metrics.memoryUtilization, area(name))!
      expect(utilization).toBeGreaterThan(0)
      expect(utilization).toBeLessThan(1)
    }
  })

  test('a limited container is measured against its limit, and the host when the limit is lifted', async () => {
    const root = await mkdtemp(join(tmpdir(), 'cgroup-fixture-'))
    try {
      await mkdir(join(root, 'self'))
      await writeFile(join(root, 'self/cgroup'), '0::/\n')
      await writeFile(join(root, 'memory.max'), `${2 ** 29}\n`)
      await writeFile(join(root, 'memory.current'), `${2 ** 28}\n`)
      start({ cgroupRoot: root, procRoot: root })
      const cgroup = { ...area('container'), [attributes.limitSource]: 'cgroup' }
      await vi.waitUntil(() => value(metrics.memoryUtilization, cgroup))
      expect(value(metrics.memoryUtilization, cgroup)).toBe(0.5)
      expect(value(metrics.memoryLimit, area('process'))).toBe(2 ** 29)

      await writeFile(join(root, 'memory.max'), 'max\n')
      await vi.waitUntil(() => value(metrics.memoryUtilization, cgroup) === undefined)
      expect(value(metrics.memoryLimit, area('container'))).toBe(totalmem())
    } finally {
      await rm(root, { recursive: true })
    }
  })
})

describe('CPU', () => {
  test('the time is that of the process, and a busy thread shows in the utilization', async () => {
    start()
    await vi.waitUntil(() => value(metrics.processCpuUtilization) !== undefined)
    const [since, before] = [performance.now(), process.cpuUsage()]
    // A busy machine gives a busy thread less than a whole CPU.
    const givenShare = (): number => {
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000 / (performance.now() - since)
    }
    await vi.waitUntil(
      () => {
        stall(30)
        return value(metrics.processCpuUtilization)! > (0.3 * givenShare()) / availableParallelism()
      },
      { timeout: 10_000, interval: 1 },
    )
    expect(value(metrics.eventLoopCpuUtilization)).toBeGreaterThan(0.05)
    expect(value(metrics.eventLoopCpuUtilization)).toBeLessThanOrEqual(1)
    const usage = process.cpuUsage()
    const seconds = (usage.user + usage.system) / 1e6
    const user = value(metrics.processCpuTime, { [attributes.cpuMode]: 'user' })!
    const system = value(metrics.processCpuTime, { [attributes.cpuMode]: 'system' })!
    expect(user + system).toBeGreaterThan(seconds - 1)
    expect(value(metrics.cpuLimit)).toBeLessThanOrEqual(availableParallelism())
    expect(value(metrics.cpuUtilization)).toBeGreaterThan(0)
  })
})

describe('the event loop', () => {
  test('readers of different cadence all see a stall, and reading takes nothing away', async () => {
    start()
    const deltas = runtime.registry.producer({ selectAggregationTemporality: () => 0 })
    const often = setInterval(() => void runtime.registry.collect(), 5)
    try {
      await sleep(100)
      deltas.read()
      stall(300)
      await sleep(100)
    } finally {
      clearInterval(often)
    }
    const once = value(metrics.eventLoopDelayMax)!
    expect(once).toBeGreaterThan(0.27)
    for (let read = 0; read < 10; read++) expect(value(metrics.eventLoopDelayMax)).toBeGreaterThanOrEqual(once)

    const slow = (name: string): number[] => {
      const metric = deltas.read().metrics.find(({ descriptor }) => descriptor.name === name)
      return (metric?.dataPoints ?? []).map(point => (point.value as HistogramValue).sum ?? 0)
    }
    expect(slow(metrics.eventLoopDelay.name)[0]).toBeGreaterThan(0.27)
  })

  test('a stall counts when it is read before the loop has come round', () => {
    start()
    stall(300)
    expect(value(metrics.eventLoopDelayMax)).toBeGreaterThan(0.27)
  })

  test('the histogram counts a stall once', async () => {
    start()
    await sleep(50)
    stall(300)
    runtime.registry.collect()
    runtime.registry.collect()
    await sleep(100)
    const { buckets, max } = value(metrics.eventLoopDelay) as unknown as HistogramValue
    expect(max).toBeGreaterThan(0.27)
    const long = buckets.counts.filter((_, index) => index > buckets.boundaries.indexOf(0.2))
    expect(long.reduce((sum, count) => sum + count)).toBe(1)
  })

  test('active and idle time only grow, and the utilization is a share', async () => {
    start()
    const active = { [attributes.eventLoopState]: 'active' }
    await sleep(30)
    const before = value(metrics.eventLoopTime, active)!
    stall(100)
    await sleep(1)
    expect(value(metrics.eventLoopTime, active)).toBeGreaterThan(before + 0.09)
    expect(value(metrics.eventLoopUtilization)).toBeGreaterThan(0)
    expect(value(metrics.eventLoopUtilization)).toBeLessThanOrEqual(1)
  })

  test('measureEventLoopLag gives the milliseconds to the next turn', async () => {
    const lag = measureEventLoopLag()
    stall(50)
    expect(await lag).toBeGreaterThanOrEqual(50)
  })
})

test('there is no timer while it measures', async () => {
  const intervals = vi.spyOn(globalThis, 'setInterval')
  const timeouts = vi.spyOn(globalThis, 'setTimeout')
  try {
    start()
    value(metrics.memoryUsage)
    expect([...intervals.mock.calls, ...timeouts.mock.calls]).toEqual([])
  } finally {
    intervals.mockRestore()
    timeouts.mockRestore()
  }
})

test('disabling ends the levels, enabling begins anew', async () => {
  start()
  await vi.waitUntil(() => value(metrics.memoryUsage, area('process')))
  runtime.disable()
  expect(value(metrics.processMemoryUsage)).toBeUndefined()
  expect(value(metrics.memoryUsage, area('process'))).toBeUndefined()
  expect(value(metrics.eventLoopDelayMax)).toBeUndefined()
  runtime.enable()
  expect(value(metrics.processMemoryUsage)).toBeGreaterThan(0)
})
