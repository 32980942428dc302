import Module from 'node:module'
import { parse } from 'node:path'

/** The parts of Node's CommonJS loader that are used; both are older than any Node that we support, and private. */
interface Loader {
  readonly prototype: { require: (this: unknown, id: string) => unknown }
  _resolveFilename?(id: string, parent: unknown): string
  readonly _cache: Readonly<Record<string, { readonly loaded?: boolean; readonly exports: unknown } | undefined>>
}

/** Called with the path of each file that is loaded, and with the name of its package. */
export interface WatchedModules {
  includes(nameOrPath: string): boolean
}

const loader = Module as unknown as Loader

/**
 * The CommonJS modules of the process, by file. The name `createRequire` is not imported for it: bundles of ES modules begin with
 * an import of that name, which bundlers do not know of, and a second one is a syntax error.
 */
export const loadedModules: Loader['_cache'] = loader._cache

/**
 * Calls the listener after a watched CommonJS file was loaded, once per file, whoever loads it: an ES module that imports a
 * library ends at the library's own `require` calls. It has no dependency and no file of its own to find at run time, so
 * that it works in a bundle of either format.
 */
export class RequireHook implements Disposable {
  readonly #watched: WatchedModules
  readonly #listener: (name: string, folder: string) => void
  readonly #original = loader.prototype.require
  readonly #patched: Loader['prototype']['require']
  readonly #seen = new Set<string>()
  #isActive = true

  /** @param listener - is given the package's name and folder, of a file that was found by its path its own; must not throw */
  constructor(watched: WatchedModules, listener: (name: string, folder: string) => void) {
    this.#watched = watched
    this.#listener = listener
    const original = this.#original
    const loaded = (id: unknown, parent: unknown): void => this.#loaded(id, parent)
    this.#patched = loader.prototype.require = function require(this: unknown) {
      // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came
      const exports = Reflect.apply(original, this, arguments)
      // oxlint-disable-next-line prefer-rest-params -- as above
      loaded(arguments[0], this)
      return exports
    }
  }

  /** Restores `require`, unless somebody has wrapped it since: then it passes through. */
  [Symbol.dispose](): void {
    this.#isActive = false
    if (loader.prototype.require === this.#patched) loader.prototype.require = this.#original
  }

  #loaded(id: unknown, parent: unknown): void {
    if (!this.#isActive || typeof id !== 'string' || Module.isBuiltin(id)) return
    try {
      const path = loader._resolveFilename?.(id, parent)
      // A file that requires itself in a circle is not complete yet; its outermost `require` comes here again.
      if (path === undefined || this.#seen.has(path) || loader._cache[path]?.loaded === false) return
      this.#seen.add(path)
      if (this.#watched.includes(path)) {
        const { name, dir } = parse(path)
        return this.#listener(name, dir)
      }
      const found = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)(?=[\\/])/.exec(path)
      const name = found?.[1]?.replaceAll('\\', '/')
      if (found && name !== undefined && this.#watched.includes(name)) this.#listener(name, found[0])
    } catch {
      // The application's `require` has succeeded, and that is what counts.
    }
  }
}
