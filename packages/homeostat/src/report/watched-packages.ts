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
  /** Why something is not measured, one line per reason. */
  readonly notes: readonly string[]
}

/** A package without an instrumentation measures nothing and is not among them. */
export function watchedPackages(domains: readonly DomainWithMode[], modes: Modes, faults: Faults): WatchedPackage[] {
  return domains.flatMap(([domain]) => {
    const { name, instrumentation } = domain
    if (!instrumentation) return []
    const isOn = instrumentation.getConfig().enabled === true
    return {
      name,
      mode: modes.ofDomain(domain),
      isOn,
      series: seriesOf(instrumentation.registry),
      notes: isOn
        ? (faults.contain('signal', () => domain.unseen?.()) ?? [])
        : ['its instrumentation is not registered: give h.instrumentations to the SDK'],
    }
  })
}

function seriesOf(registry: { collect(): { metrics: readonly { dataPoints: readonly unknown[] }[] } }): number {
  return registry.collect().metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
}
