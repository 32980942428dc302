import type { MetricDefinition } from '@homeostat/semconv'
import type { LevelSeries } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { gaussian } from '@homeostat/lab/scenarios'
import type { Harm } from './harm.ts'

const ROUTES = 8
const REQUESTS = 20
const ERRORS = 0.005
const MISSES = 0.1
const READS = 200

const metric = (name: string, kind: MetricDefinition['kind']): MetricDefinition => ({
  name: `service.${name}`,
  kind,
  unit: '1',
  description: 'What the simulated service measures',
  attributes: ['route'],
})

/** What must not get worse of it: latency by route, errors, misses, throughput, loop delay and memory. */
export const guards = [
  { expr: 'service_latency', notWorseThan: 0.1 },
  { expr: 'rate(service_errors_total[5s]) / rate(service_requests_total[5s])', notWorseThan: 0.02 },
  { expr: 'rate(service_misses_total[5s]) / rate(service_reads_total[5s])', notWorseThan: 0.1 },
  { expr: 'rate(service_requests_total[5s])', notWorseThan: 0.2, direction: 'down' },
  { expr: 'max_over_time(service_delay[3s])', notWorseThan: 0.5 },
  { expr: 'service_memory', notWorseThan: 0.1 },
].map(guard => {
  const denominator = /\/ (?<text>.*)$/.exec(guard.expr)?.groups?.['text']
  return {
    ...guard,
    direction: guard.direction === 'down' ? ('down' as const) : ('up' as const),
    ...(denominator && { denominator }),
  }
})

/** A service with noise, a second at a time, that suffers from what is done to it. */
export class Service {
  readonly registry: Registry
  readonly #random: () => number
  readonly #noise: number
  readonly #latency: readonly LevelSeries[]
  readonly #pressure: LevelSeries
  readonly #delay: LevelSeries
  readonly #memory: LevelSeries
  readonly #count: (name: 'requests' | 'errors' | 'reads' | 'misses', amount: number) => void
  #leaked = 1
  #second = 0

  /** @param noise - standard deviation of the logarithm of each second's latency */
  constructor(noise: number, random: () => number, clock: () => number) {
    const registry = (this.registry = new Registry({ scope: { name: 'service', version: '0' }, clock }))
    const level = (name: string): LevelSeries => registry.level(metric(name, 'gauge')).with()
    this.#random = random
    this.#noise = noise
    const latency = registry.level(metric('latency', 'gauge'))
    this.#latency = Array.from({ length: ROUTES }, (_, route) => latency.with({ route: `/route/${route}` }))
    this.#pressure = level('pressure')
    this.#delay = level('delay')
    this.#memory = level('memory')
    const counters = Object.fromEntries(
      ['requests', 'errors', 'reads', 'misses'].map(name => [name, registry.counter(metric(name, 'counter')).with()]),
    )
    this.#count = (name, amount) => counters[name]?.add(amount)
  }

  /** One second under a harm, with the alert's cause or without. */
  serve(isTroubled: boolean, harm: Harm = {}): void {
    const { latency = 1, errors = ERRORS, misses = MISSES, throughput = 1, stall = 0, leak, silent = false } = harm
    this.#second++
    this.#leaked = leak === undefined ? 1 : this.#leaked + leak
    this.#pressure.set((isTroubled ? 0.9 : 0.5) * this.#vary(0.02))
    for (const [route, series] of this.#latency.entries()) {
      const factor = harm.route === undefined || harm.route === route ? latency : 1
      if (silent || throughput === 0) series.clear()
      else series.set(0.05 * factor * this.#vary(this.#noise))
    }
    const isStalled = stall > 0 && this.#second % 2 === 0
    this.#delay.set(isStalled ? stall : 0.012 * this.#vary(this.#noise))
    this.#memory.set(2e8 * this.#leaked * this.#vary(0.02))
    const requests = Math.round(REQUESTS * throughput)
    this.#count('requests', requests)
    this.#count('errors', this.#drawn(requests, errors))
    const reads = Math.round(READS * throughput)
    this.#count('reads', reads)
    this.#count('misses', this.#drawn(reads, misses))
  }

  #vary(sd: number): number {
    return Math.exp(sd * gaussian(this.#random))
  }

  #drawn(count: number, share: number): number {
    let drawn = 0
    for (let one = 0; one < count; one++) if (this.#random() < share) drawn++
    return drawn
  }
}
