/** What a backend has received from an application. */
export class Observation {
  /** Metrics of Homeostat's scopes. */
  readonly ours: Set<string> = new Set()
  /** The caches whose lookups arrive. */
  readonly caches: Set<string> = new Set()
  /** The rules that fire. */
  readonly firing: Set<string> = new Set()
  /** Series of all other scopes: scope, metric, kind, unit and attributes. */
  readonly foreign: Set<string> = new Set()
  /** The last values of the application's own counters, by name and attributes; what was added, where they are deltas. */
  readonly counters: Map<string, number> = new Map()
  /** Requests or scrapes. */
  exports = 0

  add({ scope, metric, kind, attributes, value, isDelta }: Received): void {
    if (scope.startsWith('@homeostat/') || scope === 'homeostat') {
      this.ours.add(metric)
      const cache = attributes['homeostat.cache.name']
      if (typeof cache === 'string') this.caches.add(cache)
      const alert = isAlerts(metric) && value > 0 ? firingAlert(attributes) : undefined
      if (alert !== undefined) this.firing.add(alert)
      return
    }
    if (MOMENTARY.test(metric)) return
    this.foreign.add([scope, metric, kind, shown(metric, attributes)].join(' '))
    if (!metric.startsWith('shop')) return
    const key = `${metric} ${shown(metric, attributes)}`
    this.counters.set(key, isDelta ? (this.counters.get(key) ?? 0) + value : value)
  }
}

export interface Received {
  readonly scope: string
  readonly metric: string
  /** With the unit. */
  readonly kind: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
  readonly isDelta: boolean
}

/** `homeostat.alerts`, in any spelling. */
function isAlerts(metric: string): boolean {
  return /^homeostat[._]alerts$/.test(metric)
}

function firingAlert(attributes: Received['attributes']): string | undefined {
  const state = attributes['homeostat.alert.state'] ?? attributes['homeostat_alert_state']
  const name = attributes['homeostat.alert'] ?? attributes['homeostat_alert']
  return state === 'firing' ? String(name) : undefined
}

/** Differs between two runs of one application. */
const VARYING = /port$/
/** Whether there is a collection of garbage at all depends on the moment. */
const MOMENTARY = /^v8js[._]gc[._]/

function shown(metric: string, attributes: Received['attributes']): string {
  const entries = Object.entries(attributes).map(([name, value]) => [name, VARYING.test(name) ? '*' : value])
  // Which resources are open depends on the moment.
  const kept = metric.includes('resource') ? [] : entries
  return JSON.stringify(kept.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
}
