import { join, sep } from 'node:path'
import { holdsLibrary } from './package-folder.ts'
import { RequireHook, type WatchedModules } from './require-hook.ts'

interface Subscription {
  readonly library: string
  /** With extension and a separator in front, as paths end. */
  readonly suffix: string
  readonly file: string
  readonly listener: (path: string) => void
}

// One hook for all libraries: each further one would resolve every `require` of the process once more, and hooks that
// are removed in the order they came could not be removed at all.
const subscriptions = new Set<Subscription>()
let hook: RequireHook | undefined

/**
 * The hook's own list, which it asks about each `require`: first with the path of the file, then with the folder's name.
 * The paths matter for copies whose folder has another name than the library.
 */
class WatchedLibraries implements WatchedModules {
  includes(nameOrPath: string): boolean {
    for (const { library, suffix, file } of subscriptions) {
      if (nameOrPath === library) return true
      if (!nameOrPath.endsWith(suffix)) continue
      const folder = nameOrPath.slice(0, -suffix.length)
      // If the folder has the library's name, the name is asked for next.
      if (!folder.endsWith(sep + join('node_modules', library)) && holdsLibrary(folder, library, file)) return true
    }
    return false
  }
}

/**
 * Calls the listener with the path of the file, in every copy of the library, each time that one of the copy's CommonJS
 * files has been loaded. The listener must not throw: it is called inside the application's `require`.
 *
 * @param file - the file inside of the library, without extension
 */
export function onLibraryLoad(library: string, file: string, listener: (path: string) => void): Disposable {
  const subscription = { library, suffix: `${sep}${join(file)}.js`, file, listener }
  subscriptions.add(subscription)
  hook ??= new RequireHook(new WatchedLibraries(), announce)
  return {
    [Symbol.dispose]: () => {
      subscriptions.delete(subscription)
      if (subscriptions.size > 0) return
      hook?.[Symbol.dispose]()
      hook = undefined
    },
  }
}

function announce(name: string, folder: string): void {
  for (const { library, suffix, file, listener } of subscriptions) {
    // The library's folder when it was found by its name, the file's folder when it was found by its path.
    if (folder.endsWith(sep + join('node_modules', library))) listener(folder + suffix)
    const path = join(folder, `${name}.js`)
    if (!path.endsWith(suffix)) continue
    if (holdsLibrary(path.slice(0, -suffix.length), library, file)) listener(path)
  }
}
