import { beforeEach, describe, expect, test } from 'vitest'
import { Optimizer } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { defaultTargets } from '../../src/domain.ts'

const START = 1_800_000_000_000

let signals: Registry

beforeEach(() => {
  signals = new Registry({ scope: { name: '@homeostat/runtime', version: '1' } })
})

function set(metric: MetricDefinition, value: number, labels: Record<string, string> = {}): void {
  signals.level(metric).with(labels).set(value)
}

/** What a target measures after two minutes in which nothing changed. */
async function measured(name: string): Promise<number | undefined> {
  const { expr } = defaultTargets.find(target => target.name === name)!
  const optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'engine', version: '1' } }), signals],
    rules: [{ alert: 'Measured', expr: `${expr} > -1` }],
    responses: [],
    actions: [],
    modeOf: () => 'act',
    warmUpMs: 0,
    environment: {},
  })
  expect(optimizer.rules.rejected).toEqual([])
  let value: number | undefined
  for (let at = START; at <= START + 120_000; at += 5_000) {
    const { entry } = await optimizer.tickAndWait(at)
    value = entry.firings[0]?.value
  }
  return value
}

describe('the target cpu', () => {
  const cpu = (source: string, utilization: number): void =>
    set(metrics.cpuUtilization, utilization, { [attributes.limitSource]: source })

  test('2-58: is what the process uses, however busy the host is', async () => {
    cpu('host', 0.97)
    set(metrics.processCpuUtilization, 0.003)
    set(metrics.eventLoopUtilization, 0.01)
    expect(await measured('cpu')).toBeCloseTo(0.01)
  })

  test('2-58: leaves out a loop that waits for a CPU that others have, and a quota that others use up', async () => {
    cpu('cgroup', 0.97)
    set(metrics.processCpuUtilization, 0.02)
    set(metrics.eventLoopUtilization, 0.95)
    set(metrics.eventLoopCpuUtilization, 0.04)
    expect(await measured('cpu')).toBeCloseTo(0.02)
  })

  test('2-59: is the use of the event loop, where that is what is used most', async () => {
    set(metrics.eventLoopUtilization, 0.98)
    set(metrics.eventLoopCpuUtilization, 0.62)
    set(metrics.processCpuUtilization, 0.31)
    expect(await measured('cpu')).toBeCloseTo(0.98)
  })

  test('is the use of the quota by the container, of which the process is a part', async () => {
    cpu('cgroup', 0.9)
    set(metrics.processCpuUtilization, 0.3)
    set(metrics.eventLoopUtilization, 0.4)
    expect(await measured('cpu')).toBeCloseTo(0.9)
  })

  test.each([
    ['the process alone', metrics.processCpuUtilization],
    ['the loop alone', metrics.eventLoopUtilization],
  ])('is there where %s is known', async (_, metric) => {
    set(metric, 0.5)
    expect(await measured('cpu')).toBeCloseTo(0.5)
  })
})
