import { counted } from '@homeostat/signals'
import { attributes } from '@homeostat/semconv'
import type { Faults } from '@homeostat/signals'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { Mode } from '@homeostat/optimizer'

/** A package, and whether it measures. */
export interface WatchedPackage {
  readonly name: string
  readonly mode: Mode
  /** Whether its instrumentation is registered. */
  readonly isOn: boolean
  /** Series that have a value now. */
  readonly series: number
  /** How many pools, queues and caches it measures, such as `2 pools`. */
  readonly seen: readonly string[]
  /** Why something is not measured, one line per reason. */
  readonly notes: readonly string[]
}

/** A package without an instrumentation measures nothing and is not among them. */
export function watchedPackages(domains: readonly DomainWithMode[], modes: Modes, faults: Faults): WatchedPackage[] {
  return domains.flatMap(([domain]) => {
    const { name, instrumentation } = domain
    if (!instrumentation) return []
    const isOn = instrumentation.getConfig().enabled === true
    const { metrics } = instrumentation.registry.collect()
    return {
      name,
      mode: modes.ofDomain(domain),
      isOn,
      series: metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0),
      seen: seenIn(metrics),
      notes: isOn
        ? (faults.contain('signal', () => domain.unseen?.()) ?? [])
        : ['its instrumentation is not registered: give h.instrumentations to the SDK'],
    }
  })
}

/** The attributes that tell things of one kind apart. */
const KINDS: readonly (readonly [attribute: string, one: string, many: string])[] = [
  [attributes.dbPoolName, 'pool', 'pools'],
  [attributes.queueName, 'queue', 'queues'],
  [attributes.cacheName, 'cache', 'caches'],
]

interface Measured {
  readonly dataPoints: readonly { readonly attributes: Readonly<Record<string, unknown>> }[]
}

function seenIn(metrics: readonly Measured[]): string[] {
  return KINDS.flatMap(([attribute, one, many]) => {
    const names = new Set(metrics.flatMap(({ dataPoints }) => dataPoints.map(point => point.attributes[attribute])))
    names.delete(undefined)
    return names.size === 0 ? [] : [counted(names.size, one, many)]
  })
}
