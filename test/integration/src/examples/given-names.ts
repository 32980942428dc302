import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageDoors } from '../doors.ts'
import { exportsOf } from '../declarations.ts'
import type { Imports } from './statements.ts'

const GIVEN = new URL('given/', import.meta.url)
const EXPORT =
  /^export (?:declare )?(?:async )?(?:const|let|class|function|interface|type) ([\w$]+)|^export (?:type )?\{([^}]*)\}/gm

/**
 * What an example may mention without importing or declaring it: the things of the shop that all examples are about,
 * and those in `given/` for its package. In TSDoc it may also leave out imports: of what its file and the packages export,
 * and of the names in `given/imports.ts`.
 */
export function givenNames(file: string): Imports {
  const given = new Map<string, string>()
  const name = /^packages\/([^/]+)\//.exec(file)?.[1] ?? (file.startsWith('examples/') ? 'shop-example' : 'homeostat')
  const isSource = file.endsWith('.ts')
  for (const module of [...(isSource ? ['imports'] : []), 'servers', 'shop', name])
    addExports(given, new URL(`${module}.ts`, GIVEN))
  if (!isSource) return given
  // The package's own exports come first, so they win over what another package calls the same.
  const names = exportedNames().toSorted((a, b) => Number(b.folder === name) - Number(a.folder === name))
  for (const { exported, specifier } of names) {
    if (!given.has(exported)) given.set(exported, `import { ${exported} } from '${specifier}'`)
  }
  addExports(given, new URL(`../../../../${file}`, import.meta.url))
  return given
}

let known: readonly { readonly exported: string; readonly specifier: string; readonly folder: string }[] | undefined

function exportedNames(): NonNullable<typeof known> {
  return (known ??= packageDoors().flatMap(({ specifier, url, folder }) =>
    exportsOf(url).map(({ name: exported }) => ({ exported, specifier, folder })),
  ))
}

function addExports(given: Map<string, string>, url: URL): void {
  if (!existsSync(url)) return
  const path = url.href.startsWith(GIVEN.href)
    ? `../src/examples/given/${basename(fileURLToPath(url))}`
    : fileURLToPath(url)
  for (const [, name, list = ''] of readFileSync(url, 'utf8').matchAll(EXPORT)) {
    const names =
      name === undefined
        ? list.split(',').map(each =>
            each
              .trim()
              .split(/ as | /)
              .at(-1)!,
          )
        : [name]
    for (const each of names) if (each !== '' && !given.has(each)) given.set(each, `import { ${each} } from '${path}'`)
  }
}
