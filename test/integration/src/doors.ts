import { readdirSync, readFileSync } from 'node:fs'

const packages = new URL('../../../packages/', import.meta.url)

/** What an application can import from a package: its index or one of its subpaths. */
export interface PackageDoor {
  /** The folder of the package in `packages/`. */
  readonly folder: string
  /** What an import names, e.g. `@homeostat/pg/domain`. */
  readonly specifier: string
  /** Its file of declarations. */
  readonly url: URL
}

/** The doors of all packages. */
export function packageDoors(): PackageDoor[] {
  return readdirSync(packages, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .flatMap(({ name: folder }) => {
      const root = new URL(`${folder}/`, packages)
      const { name, exports = {} } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
        name: string
        exports?: Record<string, string | { readonly types?: string }>
      }
      return Object.entries(exports).flatMap(([subpath, target]) =>
        typeof target === 'string' || target.types === undefined
          ? []
          : [{ folder, specifier: `${name}${subpath.slice(1)}`, url: new URL(target.types, root) }],
      )
    })
}
