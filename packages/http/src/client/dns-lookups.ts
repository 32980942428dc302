import type { PerformanceEntry } from 'node:perf_hooks'
import { PerformanceObserver } from 'node:perf_hooks'
import { attributes, metrics } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'
import type { Origins } from './origins.ts'

/**
 * Times the lookups of names that requests go to, as Node itself measures `dns.lookup()`:
 * https://nodejs.org/api/perf_hooks.html#performanceentrydetail. Nothing is patched, and a lookup function of the application's own
 * is not seen.
 */
export function followLookups(registry: Registry, origins: Origins, report: (error: unknown) => void): Disposable {
  const durations = registry.histogram(metrics.dnsLookupDuration)
  const observer = new PerformanceObserver(list => {
    try {
      for (const { name, duration, detail } of list.getEntries() as LookupEntry[]) {
        const host = detail?.hostname
        if (name === 'lookup' && typeof host === 'string' && origins.hasHost(host))
          durations.with({ [attributes.dnsQuestionName]: host }).record(duration / 1000)
      }
    } catch (error) {
      report(error)
    }
  })
  observer.observe({ entryTypes: ['dns'] })
  return { [Symbol.dispose]: () => observer.disconnect() }
}

type LookupEntry = PerformanceEntry & { readonly detail?: { readonly hostname?: unknown } }
