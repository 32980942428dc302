import { homeostatChecks } from './checks/homeostat-checks.ts'
import { instrumentationChecks } from './checks/instrumentation-checks.ts'
import { metricChecks } from './checks/metric-checks.ts'
import { providerChecks } from './checks/provider-checks.ts'
import { readerChecks } from './checks/reader-checks.ts'
import type { LiveCheck } from './live-check.ts'

/** All checks of running processes, in the order of the report: what loses all metrics silently comes first. */
export const liveChecks: readonly LiveCheck[] = [
  ...providerChecks,
  ...readerChecks,
  ...instrumentationChecks,
  ...metricChecks,
  ...homeostatChecks,
]
