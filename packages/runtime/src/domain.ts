import type { Domain, Reclaimer } from '@homeostat/optimizer'
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
 * Everything this package brings, for `homeostat()`: memory, CPU and event loop, and the clean-up under memory pressure.
 * `homeostat()` makes one by itself, of the options it is given.
 *
 * @example
 * ```ts
 * const uploads = await createTempFolder({ name: 'uploads' })
 * const h = homeostat({ runtime: { tempFolder: uploads } })
 * ```
 */
export function runtime(options: RuntimeOptions = {}): Domain<RuntimeInstrumentation> {
  const { reclaimers: others, tempFolder, ...config } = checkedOptions(runtimeOptions, options, 'runtime')
  const own = tempFolder === undefined ? [] : [tempFolder.reclaimer]
  // A set, because whoever collects the reclaimers of all domains collects ours as well.
  const reclaimers = (): readonly Reclaimer[] => [...new Set([...own, ...(others?.() ?? [])])]
  return {
    name: 'runtime',
    instrumentation: new RuntimeInstrumentation(config),
    rules,
    responses,
    actions: [createMemoryCleanup({ reclaimers })],
    knobs: [],
    reclaimers: own,
  }
}
