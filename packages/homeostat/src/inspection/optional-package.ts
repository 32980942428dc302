import Module from 'node:module'
import { join } from 'node:path'

/**
 * A package that an application installs when it wants it. Required, not imported: a bundler that finds an import of an optional package
 * fails without it.
 *
 * @throws an error for which {@link isMissingPackage} is true where it is not installed
 */
export function optionalPackage(name: string): unknown {
  try {
    return Module.createRequire(import.meta.url)(name)
  } catch (error) {
    // Where Homeostat is in a bundle of CommonJS, there is no `import.meta.url`; a command that npx has fetched lies elsewhere.
    if (!isMissingPackage(error)) throw error
    return Module.createRequire(join(process.cwd(), 'index.js'))(name)
  }
}

export function isMissingPackage(error: unknown): boolean {
  return /^(?:MODULE_NOT_FOUND|ERR_INVALID_ARG_VALUE)$/.test(String((Object(error) as { code?: unknown }).code))
}
