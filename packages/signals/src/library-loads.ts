import { join, sep } from 'node:path'
import { Hook } from 'require-in-the-middle'

interface Subscription {
  readonly library: string
  readonly listener: (baseFolder: string) => void
}

// One hook for all libraries: each further one would resolve every `require` of the process once more, and hooks that
// are removed in the order they came could not be removed at all.
const subscriptions = new Set<Subscription>()
/** The hook's own list, which it reads at each `require`. */
const libraries: string[] = []
let hook: Hook | undefined

/**
 * Calls the listener with the library's folder each time one of the library's CommonJS files has been loaded, in every
 * copy of it. The listener must not throw: it is called inside the application's `require`.
 */
export function onLibraryLoad(library: string, listener: (baseFolder: string) => void): Disposable {
  const subscription = { library, listener }
  subscriptions.add(subscription)
  update()
  return {
    [Symbol.dispose]: () => {
      subscriptions.delete(subscription)
      update()
    },
  }
}

function update(): void {
  libraries.splice(0, libraries.length, ...[...subscriptions].map(({ library }) => library))
  if (subscriptions.size > 0) hook ??= new Hook(libraries, { internals: true }, announce)
  else {
    hook?.unhook()
    hook = undefined
  }
}

function announce<T>(exports: T, _name: string, baseFolder?: string): T {
  for (const { library, listener } of subscriptions) {
    if (baseFolder?.endsWith(sep + join('node_modules', library))) listener(baseFolder)
  }
  return exports
}
