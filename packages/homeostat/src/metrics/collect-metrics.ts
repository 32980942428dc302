import { describeThrown } from '@homeostat/signals'
import type { PerformanceMetrics, SourceFailure, SourceName } from './performance-metrics.ts'

/** Reads each part; a part may throw or reject. */
export type MetricSources = {
  readonly [Name in SourceName]: () => PerformanceMetrics[Name] | Promise<PerformanceMetrics[Name]>
}

/** All parts side by side. One that fails is named and leaves the others intact. */
export async function collectFrom(sources: MetricSources, now: number): Promise<PerformanceMetrics> {
  const failures: SourceFailure[] = []
  const read = async <Name extends SourceName>(source: Name): Promise<PerformanceMetrics[Name] | undefined> => {
    try {
      return await sources[source]()
    } catch (error) {
      failures.push({ source, error: describeThrown(error) })
      return undefined
    }
  }
  const [system, application, database, externalServices] = await Promise.all([
    read('system'),
    read('application'),
    read('database'),
    read('externalServices'),
  ])
  return { timestamp: new Date(now).toISOString(), system, application, database, externalServices, failures }
}
