import type { DomainDefinition, DomainPeers, DomainWith, Reclaimer } from '@homeostat/optimizer'
import { checkedOptions } from '@homeostat/signals/options'
import { createMemoryCleanup } from './actions/memory-cleanup.ts'
import { RuntimeInstrumentation } from './instrumentation.ts'
import type { RuntimeOptions } from './options.ts'
import { runtimeOptions } from './options.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'

export { MemoryCleanupError } from './actions/memory-cleanup-error.ts'
export { createMemoryCleanup, type MemoryCleanupOptions } from './actions/memory-cleanup.ts'
export { TempFolderNameError } from './actions/temp-folder-name-error.ts'
export { createTempFolder, type TempFolder, type TempFolderOptions } from './actions/temp-folder.ts'
export { runtimeOptions, type RuntimeOptions } from './options.ts'
export { responses } from './responses.ts'
export { rules } from './rules.ts'

/**
 * Everything that this package provides, for `homeostat()`: memory, CPU and event loop, and the clean-up under memory pressure.
 * `homeostat()` creates it from its options.
 *
 * @param peers - the domains beside it: `memory.cleanup` runs the reclaimers of all of them
 *
 * @example
 * ```ts
 * const uploads = await createTempFolder({ name: 'uploads' })
 * const h = homeostat({ runtime: { tempFolder: uploads } })
 * ```
 */
export function runtime(
  options: RuntimeOptions = {},
  peers?: DomainPeers,
): DomainWith<RuntimeInstrumentation, 'rules' | 'responses' | 'actions' | 'reclaimers'> {
  const { reclaimers: others, tempFolder, ...config } = checkedOptions(runtimeOptions, options, 'runtime')
  const own = tempFolder === undefined ? [] : [tempFolder.reclaimer]
  // A set, because whoever collects the reclaimers of all domains collects ours as well.
  const reclaimers = (): readonly Reclaimer[] => [
    ...new Set([...own, ...(others?.() ?? []), ...(peers?.reclaimers() ?? [])]),
  ]
  return {
    name: 'runtime',
    instrumentation: new RuntimeInstrumentation(config),
    rules,
    responses,
    actions: [createMemoryCleanup({ reclaimers })],
    reclaimers: own,
  }
}

/** The option `runtime` of `homeostat()`: memory, CPU and event loop, and `memory.cleanup`. */
export const definition: DomainDefinition<RuntimeOptions> = { options: runtimeOptions, place: 0, create: runtime }
