import { parseRuleTestFile, runRuleTest } from '@homeostat/promql/rule-tests'
import {
  hostCpuUtilization,
  hostDiskBytesPerSecond,
  hostMemoryUtilization,
  hostNetworkBytesPerSecond,
  hostPacketsLostPerSecond,
} from '@homeostat/runtime/expressions'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { homeostat } from '../../src/index.ts'

/** Series by their selector, in the notation of promtool: `0+6x10` grows by 6 a minute. */
type Given = Readonly<Record<string, string>>

/** The failures of the expectation that the expression has this value after ten minutes; undefined stands for no value. */
function failures(expr: string, given: Given, expected: number | undefined): string[] {
  const text = JSON.stringify({
    fuzzy_compare: true,
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(given).map(([series, values]) => ({ series, values })),
        promql_expr_test: [
          { expr, eval_time: '10m', exp_samples: expected === undefined ? [] : [{ labels: '{}', value: expected }] },
        ],
      },
    ],
  })
  const { content, errors } = parseRuleTestFile(text, { file: 'host.test.yml' })
  expect(errors).toEqual([])
  return runRuleTest(content.tests[0]!, content, []).map(({ message }) => message)
}

const CPU: Given = {
  'system_cpu_time_total{system_cpu_state="user", system_cpu_logical_number="0", otel_scope_name="host"}': '0+30x10',
  'system_cpu_time_total{system_cpu_state="idle", system_cpu_logical_number="0", otel_scope_name="host"}': '0+10x10',
  'system_cpu_time_total{system_cpu_state="user", system_cpu_logical_number="1", otel_scope_name="host"}': '0+10x10',
  'system_cpu_time_total{system_cpu_state="idle", system_cpu_logical_number="1", otel_scope_name="host"}': '0+30x10',
}
const NETWORK: Given = {
  'system_network_io_total{system_device="eth0", network_io_direction="receive", otel_scope_name="host"}': '0+6000x10',
  'system_network_io_total{system_device="eth1", network_io_direction="receive", otel_scope_name="host"}': '0+600x10',
  'system_network_io_total{system_device="lo", network_io_direction="receive", otel_scope_name="host"}': '0+9e9x10',
  'system_network_io_total{system_device="eth0", network_io_direction="transmit", otel_scope_name="host"}': '0+60x10',
}
/** The same series from a second instrumentation. */
const again = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).map(([series, values]) => [series.replace('"host"', '"other"'), values]))

describe('the host, of what host-metrics exports', () => {
  test.each<[string, string, Given, number | undefined]>([
    ['CPU is the share of time that is not idle', hostCpuUtilization, CPU, 0.5],
    ['CPU counts once when two instrumentations measure it', hostCpuUtilization, { ...CPU, ...again(CPU) }, 0.5],
    [
      'CPU under the attribute of the conventions, waiting for disks is idle',
      hostCpuUtilization,
      {
        'system_cpu_time_total{cpu_mode="user"}': '0+15x10',
        'system_cpu_time_total{cpu_mode="idle"}': '0+15x10',
        'system_cpu_time_total{cpu_mode="iowait"}': '0+30x10',
      },
      0.25,
    ],
    [
      'CPU that never idles is 1',
      hostCpuUtilization,
      { 'system_cpu_time_total{cpu_mode="user"}': '0+60x10', 'system_cpu_time_total{cpu_mode="idle"}': '7x10' },
      1,
    ],
    ['without host-metrics there is no CPU', hostCpuUtilization, {}, undefined],
    [
      'memory is the share in use',
      hostMemoryUtilization,
      {
        'system_memory_utilization{system_memory_state="used"}': '0.75x10',
        'system_memory_utilization{system_memory_state="free"}': '0.25x10',
      },
      0.75,
    ],
    ['received bytes leave out the loopback', hostNetworkBytesPerSecond('receive'), NETWORK, 110],
    ['transmitted bytes', hostNetworkBytesPerSecond('transmit'), NETWORK, 1],
    [
      'bytes count once when two instrumentations measure them',
      hostNetworkBytesPerSecond('receive'),
      { ...NETWORK, ...again(NETWORK) },
      110,
    ],
    [
      'lost packets are those with errors and those dropped',
      hostPacketsLostPerSecond,
      {
        'system_network_errors_total{system_device="eth0", network_io_direction="receive"}': '0+60x10',
        'system_network_dropped_total{system_device="eth0", network_io_direction="receive"}': '0+120x10',
        'system_network_packet_dropped_total{network_interface_name="eth1"}': '0+240x10',
      },
      7,
    ],
    [
      'disk traffic by direction',
      hostDiskBytesPerSecond('write'),
      {
        'system_disk_io_total{disk_io_direction="write"}': '0+600x10',
        'system_disk_io_total{disk_io_direction="read"}': '0+6x10',
      },
      10,
    ],
  ])('%s', (_, expr, given, expected) => expect(failures(expr, given, expected)).toEqual([]))

  test('collectMetrics().system.host is what the real package measures, through an attached reader', async () => {
    class PullReader extends MetricReader {
      constructor() {
        super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
      }
      protected async onShutdown(): Promise<void> {}
      protected async onForceFlush(): Promise<void> {}
    }
    const h = homeostat({ autoStart: false })
    const reader = h.attach(new PullReader())
    const provider = new MeterProvider({ readers: [reader] })
    onTestFinished(async () => {
      await h.stop()
      await provider.shutdown()
    })
    new HostMetrics({ meterProvider: provider }).start()

    await vi.waitFor(
      async () => {
        await reader.collect()
        expect((await h.collectMetrics()).system?.host?.cpuUsage).toBeDefined()
      },
      { timeout: 20_000, interval: 500 },
    )

    const { host } = (await h.collectMetrics()).system!
    for (const share of [host?.cpuUsage, host?.memoryUsage]) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
    expect(host?.network?.receivedBytesPerSecond).toBeGreaterThanOrEqual(0)
    // The package measures no disks.
    expect(host?.disk).toBeUndefined()
  })
})
