import { beforeEach, describe, expect, test } from 'vitest'
import { Optimizer, type LedgerEntry } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { MetricDefinition } from '@homeostat/semconv'
import { createMemoryCleanup, responses, rules } from '../src/domain.ts'

const START = 1_800_000_000_000
const TICK_MS = 5_000

let signals: Registry
let optimizer: Optimizer
let cleanups: number

beforeEach(() => {
  signals = new Registry({ scope: { name: 'signals', version: '1' } })
  cleanups = 0
  const reclaimer = {
    name: 'planted',
    reclaim: async () => ({ summary: 'gave back', effects: { entries: ++cleanups } }),
  }
  optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'engine', version: '1' } }), signals],
    rules,
    responses,
    actions: [createMemoryCleanup({ reclaimers: () => [reclaimer] })],
    modeOf: () => 'act',
    warmUpMs: 0,
    environment: {},
  })
})

function set(metric: MetricDefinition, value: number, labels: Record<string, string> = {}): void {
  signals.level(metric).with(labels).set(value)
}
function memory(area: string, source: string, utilization: number): void {
  set(metrics.memoryUtilization, utilization, { [attributes.memoryArea]: area, [attributes.limitSource]: source })
}
async function ticks(seconds: number, from = START): Promise<LedgerEntry> {
  let last: LedgerEntry | undefined
  for (let at = from; at <= from + seconds * 1000; at += TICK_MS) last = (await optimizer.tickAndWait(at)).entry
  return last!
}
const alerts = (entry: LedgerEntry): string[] => entry.firings.map(({ alert }) => alert)

test('all rules load', () => {
  expect(optimizer.rules.rejected).toEqual([])
})

describe('MemoryPressure', () => {
  test.each([
    ['process', 'host'],
    ['process', 'cgroup'],
    ['heap', 'v8'],
    ['container', 'cgroup'],
  ])('a %s over 0.8 of its %s limit for 15 s is cleaned up once a minute', async (area, source) => {
    memory(area, source, 0.85)
    expect(alerts(await ticks(10))).toEqual([])
    const entry = await ticks(0, START + 15_000)
    expect(entry.firings).toMatchObject([
      { alert: 'MemoryPressure', labels: { homeostat_memory_area: area, severity: 'high' } },
    ])
    expect(cleanups).toBe(1)
    await ticks(50, START + 20_000)
    expect(cleanups).toBe(1)
  })

  test('a host that other processes have filled fires nothing', async () => {
    memory('container', 'host', 0.95)
    memory('process', 'host', 0.05)
    expect(alerts(await ticks(60))).toEqual([])
    expect(cleanups).toBe(0)
  })

  test('at 0.8 and without data nothing fires', async () => {
    expect(alerts(await ticks(30))).toEqual([])
    memory('heap', 'v8', 0.8)
    expect(alerts(await ticks(30, START + 60_000))).toEqual([])
  })
})

test('a late event loop is reported, by its p99 or by one long stall, and no action runs', async () => {
  set(metrics.eventLoopDelayP99, 0.02)
  set(metrics.eventLoopDelayMax, 1.2)
  const entry = await ticks(20)
  expect(alerts(entry)).toEqual(['EventLoopDelayed'])
  expect(entry.firings[0]!.annotations['summary']).toBe('the event loop ran 1.2s late within the last minute')
  expect(entry.decisions).toEqual([])
  set(metrics.eventLoopDelayP99, 0.15)
  set(metrics.eventLoopDelayMax, 0.5)
  expect((await ticks(20, START + 25_000)).firings[0]!.value).toBe(0.15)
})

describe('CpuSaturated', () => {
  const cpu = (source: string, utilization: number): void =>
    set(metrics.cpuUtilization, utilization, { [attributes.limitSource]: source })

  test('a container at its quota for 30 s', async () => {
    cpu('cgroup', 0.97)
    expect(alerts(await ticks(25))).toEqual([])
    expect(alerts(await ticks(0, START + 30_000))).toEqual(['CpuSaturated'])
  })

  test('2-58: a host that others keep busy is not our doing', async () => {
    cpu('host', 0.97)
    set(metrics.processCpuUtilization, 0.003)
    set(metrics.eventLoopUtilization, 0.01)
    expect(alerts(await ticks(120))).toEqual([])
  })

  test('2-58: nor is a container whose quota somebody else uses up', async () => {
    cpu('cgroup', 0.97)
    set(metrics.processCpuUtilization, 0.003)
    expect(alerts(await ticks(120))).toEqual([])
  })

  test('2-58: a loop that waits for a CPU that others have is not saturated by what it does', async () => {
    cpu('host', 1)
    set(metrics.eventLoopUtilization, 0.95)
    set(metrics.eventLoopCpuUtilization, 0.1)
    expect(alerts(await ticks(120))).toEqual([])
  })

  test('2-59: a main thread that is held all the time is saturated on 2 CPUs as on 64', async () => {
    set(metrics.eventLoopUtilization, 0.98)
    set(metrics.eventLoopCpuUtilization, 0.62)
    set(metrics.processCpuUtilization, 0.31)
    const entry = await ticks(30)
    expect(alerts(entry)).toEqual(['CpuSaturated'])
    expect(entry.firings[0]!.annotations['summary']).toContain('98%')
  })

  test('2-59: also by the metrics of another instrumentation, which has no CPU of the thread', async () => {
    set(metrics.eventLoopUtilization, 0.98)
    expect(alerts(await ticks(30))).toEqual(['CpuSaturated'])
  })

  test('worker threads and the thread pool count together, against all CPUs', async () => {
    set(metrics.eventLoopUtilization, 0.2)
    set(metrics.eventLoopCpuUtilization, 0.2)
    set(metrics.processCpuUtilization, 0.95)
    expect(alerts(await ticks(30))).toEqual(['CpuSaturated'])
  })
})
