import { createRequire } from 'node:module'

/** The module of this file, where it is one of a package's; a bundle has another name, or none in CommonJS. */
const OWN_FILE = /\/(?:dist|src)\/bundle\.[jt]s$/

// Only its cache is used, which is that of the process.
const require = createRequire(process.execPath)

// Undefined in a bundle of CommonJS, whatever the types say.
const OWN_URL = (import.meta.url as string | undefined) ?? ''

/** @param url - of this module */
export function isBundled(url: string = OWN_URL): boolean {
  return !OWN_FILE.test(url)
}

/**
 * What a bundle hides: a library that is part of it is no module of its own, so that it cannot be patched. No line where there
 * is no bundle, or where a copy of the library was loaded beside it.
 *
 * @param library - the package's name, e.g. `pg`
 */
export function hiddenInBundle(library: string, bundled: boolean = isBundled()): string[] {
  if (!bundled || isLoaded(library)) return []
  return [
    `no ${library} is seen beside the bundle that Homeostat is in: if the application uses it, leave it out of the bundle (esbuild: --external:${library})`,
  ]
}

function isLoaded(library: string): boolean {
  const folder = new RegExp(`[\\\\/]node_modules[\\\\/]${library}[\\\\/]`)
  return Object.keys(require.cache).some(path => folder.test(path))
}
