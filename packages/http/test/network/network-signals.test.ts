import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NetworkSeries, observeNetwork } from '../../src/network/network-signals.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'network-'))))
afterEach(() => rm(root, { recursive: true }))

const registry = (): Registry => new Registry({ scope: { name: 'network', version: '1' } })

function values(of: Registry): Record<string, unknown> {
  return Object.fromEntries(
    of
      .collect()
      .metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [[descriptor.name, ...Object.values(attributes)].join(' '), value]),
      ),
  )
}

const reading = (receivedBytes: number, transmittedBytes: number, sentSegments = 0, retransmittedSegments = 0) => ({
  receivedBytes,
  transmittedBytes,
  tcp: { sentSegments, retransmittedSegments },
  linkBytesPerSecond: undefined,
})

test('throughput as a share of the configured link, from one reading to the next', () => {
  const measured = registry()
  const series = new NetworkSeries(measured, 8)
  series.take(reading(5_000_000, 1_000_000, 100, 7), 1_000)
  expect(values(measured)[`${metrics.networkUtilization.name} receive`]).toBeUndefined()
  series.take(reading(7_000_000, 1_500_000, 600, 12), 3_000)
  // 8 Mbit/s are 1,000,000 bytes per second.
  expect(values(measured)).toEqual({
    [`${metrics.networkIo.name} receive`]: 2_000_000,
    [`${metrics.networkIo.name} transmit`]: 500_000,
    [`${metrics.networkLinkSpeed.name} option`]: 1_000_000,
    [`${metrics.networkUtilization.name} receive`]: 1,
    [`${metrics.networkUtilization.name} transmit`]: 0.25,
    [metrics.networkSegments.name]: 500,
    [metrics.networkRetransmits.name]: 5,
  })
})

test('an interface that begins anew gives no negative throughput, and counters never fall', () => {
  const measured = registry()
  const series = new NetworkSeries(measured, 8)
  series.take(reading(5_000_000, 0), 1_000)
  series.take(reading(6_000_000, 0), 2_000)
  series.take(reading(10, 0), 3_000)
  expect(values(measured)[`${metrics.networkUtilization.name} receive`]).toBeUndefined()
  expect(values(measured)[`${metrics.networkIo.name} receive`]).toBe(1_000_000)
})

test('a device reports its speed; a virtual pair, a bridge and the loopback do not count', async () => {
  const net = join(root, 'proc', 'self', 'net')
  await mkdir(net, { recursive: true })
  const line = (name: string, received: number): string => `${name}: ${received} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0`
  await writeFile(join(net, 'dev'), ['a', 'b', line('lo', 9), line('docker0', 50), line('ens5', 100)].join('\n'))
  await writeFile(join(net, 'route'), 'Iface\nens5\t00000000\t0\t3\t0\t0\t0\t00000000\n')
  await mkdir(join(root, 'sys', 'class', 'net', 'ens5', 'device'), { recursive: true })
  await writeFile(join(root, 'sys', 'class', 'net', 'ens5', 'speed'), '1000\n')
  const measured = registry()
  using _observed = observeNetwork(measured, {
    procRoot: join(root, 'proc'),
    sysRoot: join(root, 'sys'),
    refreshMs: 10,
  })
  await vi.waitFor(() => expect(values(measured)[`${metrics.networkLinkSpeed.name} interface`]).toBe(125_000_000))
  await writeFile(
    join(net, 'dev'),
    ['a', 'b', line('lo', 9), line('docker0', 5_000_000), line('ens5', 1_100)].join('\n'),
  )
  await vi.waitFor(() => expect(values(measured)[`${metrics.networkIo.name} receive`]).toBe(1_000))
})

test('without the files of Linux there is no series and no failure', async () => {
  const measured = registry()
  using _observed = observeNetwork(measured, { procRoot: join(root, 'none'), refreshMs: 10 })
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(values(measured)).toEqual({})
})
