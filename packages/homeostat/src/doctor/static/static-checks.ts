import type { StaticCheck } from './static-check.ts'
import { apiChecks } from './checks/api-checks.ts'
import { doublingChecks } from './checks/doubling-checks.ts'
import { exporterChecks } from './checks/exporter-checks.ts'
import { instrumentationChecks } from './checks/instrumentation-checks.ts'
import { loadingChecks } from './checks/loading-checks.ts'
import { memoryChecks } from './checks/memory-checks.ts'
import { switchChecks } from './checks/switch-checks.ts'
import { versionChecks } from './checks/version-checks.ts'

/** All checks, in the order of the report: what loses all telemetry silently comes first. */
export const staticChecks: readonly StaticCheck[] = [
  ...apiChecks,
  ...versionChecks,
  ...loadingChecks,
  ...instrumentationChecks,
  ...switchChecks,
  ...exporterChecks,
  ...doublingChecks,
  ...memoryChecks,
]
