import { performance } from 'node:perf_hooks'
import { attributes, metrics } from '@homeostat/semconv'
import { disposeTogether, refreshOnDemand, type Registry } from '@homeostat/signals'
import type { NetworkOptions } from './network-options.ts'
import { NETWORK_DEFAULTS } from './network-options.ts'
import { type NetworkReading, readNetwork } from './kernel-network.ts'

const BYTES_PER_MEGABIT = 125_000
const DIRECTIONS = ['receive', 'transmit'] as const

/**
 * Throughput of the network of this process against what its link carries, and TCP retransmits, from which follows whether
 * the network is the bottleneck. Linux only; elsewhere there are no series. The kernel's files are read at a collection, off the event loop,
 * at most once in 5 s.
 */
export function observeNetwork(registry: Registry, options: NetworkOptions = {}): Disposable {
  const { refreshMs, procRoot, sysRoot, linkMegabits } = { ...NETWORK_DEFAULTS, ...options }
  const series = new NetworkSeries(registry, linkMegabits)
  let hasEnded = false
  const refresher = refreshOnDemand(refreshMs, () => {
    readNetwork({ procRoot, sysRoot })
      .then(reading => (hasEnded || reading === undefined ? undefined : series.take(reading, performance.now())))
      .catch((error: unknown) => registry.faults.report('signal', error))
  })
  refresher.asked(performance.now())
  return disposeTogether(
    registry.observe(() => refresher.asked(performance.now())),
    refresher,
    { [Symbol.dispose]: () => void (hasEnded = true) },
  )
}

/** The series of the network, from successive readings. */
export class NetworkSeries {
  readonly #registry: Registry
  readonly #linkMegabits: number | undefined
  #first: NetworkReading | undefined
  #last: (NetworkReading & { readonly atMs: number }) | undefined

  constructor(registry: Registry, linkMegabits: number | undefined) {
    this.#registry = registry
    this.#linkMegabits = linkMegabits
  }

  /** A reading, and when it was made, on a steady clock in milliseconds. */
  take(reading: NetworkReading, atMs: number): void {
    // Counted from our own start, as every counter: what happened before belongs to others.
    const first = (this.#first ??= reading)
    const link = this.#link(reading)
    for (const direction of DIRECTIONS) {
      const labels = { [attributes.networkIoDirection]: direction }
      const total = bytesOf(reading, direction)
      this.#registry
        .counter(metrics.networkIo)
        .with(labels)
        .advanceTo(total - bytesOf(first, direction))
      const utilization = link === undefined ? undefined : this.#rate(direction, total, atMs) / link
      if (utilization !== undefined) this.#registry.level(metrics.networkUtilization).with(labels).set(utilization)
    }
    if (reading.tcp !== undefined && first.tcp !== undefined) {
      this.#registry
        .counter(metrics.networkSegments)
        .with()
        .advanceTo(reading.tcp.sentSegments - first.tcp.sentSegments)
      this.#registry
        .counter(metrics.networkRetransmits)
        .with()
        .advanceTo(reading.tcp.retransmittedSegments - first.tcp.retransmittedSegments)
    }
    this.#last = { ...reading, atMs }
  }

  #link(reading: NetworkReading): number | undefined {
    const configured = this.#linkMegabits === undefined ? undefined : this.#linkMegabits * BYTES_PER_MEGABIT
    const speed = configured ?? reading.linkBytesPerSecond
    if (speed !== undefined) {
      const source = configured === undefined ? 'interface' : 'option'
      this.#registry
        .level(metrics.networkLinkSpeed)
        .with({ [attributes.limitSource]: source })
        .set(speed)
    }
    return speed
  }

  /** Bytes per second since the last reading; NaN, with which a level is left out, at the first one and after totals began anew. */
  #rate(direction: (typeof DIRECTIONS)[number], total: number, atMs: number): number {
    const last = this.#last
    if (last === undefined || atMs <= last.atMs) return Number.NaN
    const bytes = total - bytesOf(last, direction)
    return bytes < 0 ? Number.NaN : (bytes * 1000) / (atMs - last.atMs)
  }
}

function bytesOf(reading: NetworkReading, direction: (typeof DIRECTIONS)[number]): number {
  return direction === 'receive' ? reading.receivedBytes : reading.transmittedBytes
}
