import { join, sep } from 'node:path'
import { logFirst } from '../faults/faults.ts'
import { onLibraryLoad } from './library-loads.ts'
import { holdsLibrary } from './package-folder.ts'
import { loadedModules } from './require-hook.ts'

/** Changes a module's exports in place and returns how to take that back. */
export type ModulePatch = (exports: unknown) => () => void

/** A patch on every copy of a library's file. Disposing it restores each and stops looking for new ones. */
export interface ModulePatches extends Disposable {
  /** Applies the patch to the exports of a copy that no hook has seen. Does nothing to a copy that is patched already. */
  apply(exports: unknown): void
}

/**
 * Applies a patch to one file of a CommonJS library, in every copy of it that the process loads or has loaded, whatever
 * folder it is in: a copy is known by the name in its `package.json`.
 *
 * Internal files are patched rather than entry points, because a library's own `require('./client')` passes here also
 * when the application imports the library as ESM; so no loader flag is needed. Libraries that were loaded first are
 * found in the module cache. Source: measured for pg, ioredis and bullmq on Node 22 and 24.
 *
 * @param library - the package's name, e.g. `pg`
 * @param file - the file inside it without extension, e.g. `lib/client`
 * @param report - called when the patch fails, e.g. `error => registry.faults.report('signal', error)`; the
 *   application's `require` never fails for it. By default the first failure is logged through `diag`.
 */
export function patchModuleFile(
  library: string,
  file: string,
  patch: ModulePatch,
  report: (error: unknown) => void = logFirst(`patching ${library}/${file}`),
): ModulePatches {
  const restores = new Map<unknown, () => void>()
  const apply = (exports: unknown): void => {
    if (restores.has(exports)) return
    // Before the attempt, so that one that fails is not repeated for each file that follows.
    restores.set(exports, () => undefined)
    try {
      restores.set(exports, patch(exports))
    } catch (error) {
      report(error)
    }
  }
  const applyTo = (path: string): void => {
    const module = loadedModules[path]
    if (module?.loaded) apply(module.exports)
  }

  const suffix = `${sep}${join(file)}.js`
  for (const path of Object.keys(loadedModules)) {
    if (path.endsWith(suffix) && holdsLibrary(path.slice(0, -suffix.length), library, file)) applyTo(path)
  }
  const loads = onLibraryLoad(library, file, applyTo)

  return {
    apply,
    [Symbol.dispose]: () => {
      loads[Symbol.dispose]()
      for (const restore of restores.values()) {
        try {
          restore()
        } catch (error) {
          report(error)
        }
      }
      restores.clear()
    },
  }
}
