import { realpathSync } from 'node:fs'
import Module from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Calls `work` when Node looks for the main module of the application: all modules of flags are loaded by then, and none of the
 * application. Called at once where there is no such module: with `node --eval`, and `node -`.
 */
export function beforeMain(work: () => void): Disposable {
  const main = process.argv[1]
  if (main === undefined || main === '-') {
    work()
    return { [Symbol.dispose]: () => undefined }
  }
  const hooks = Module.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      // A module of --require has no parent either.
      if (context.parentURL !== undefined || !isMain(resolved.url, main)) return resolved
      hooks.deregister()
      work()
      return resolved
    },
  })
  return { [Symbol.dispose]: () => hooks.deregister() }
}

/** A path may be given without its extension, and may be a folder or a link. */
function isMain(url: string, main: string): boolean {
  try {
    const [path, real] = [fileURLToPath(url), realOf(main)]
    return [main, real].some(each => path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}${sep}`))
  } catch {
    return false
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
