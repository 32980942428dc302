import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exportsOf } from '../src/declarations.ts'

const packages = new URL('../../../packages/', import.meta.url)

/** The files of declarations of a package's doors: its index and its subpaths. */
const doors = readdirSync(packages, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .flatMap(({ name }) => {
    const folder = new URL(`${name}/`, packages)
    const { exports = {} } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
      exports?: Record<string, string | { readonly types?: string }>
    }
    return Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string' || target.types === undefined
        ? []
        : [{ door: `${name}${subpath.slice(1)}`, url: new URL(target.types, folder) }],
    )
  })

test.each(doors)('every export of $door has TSDoc', ({ url }) => {
  const undocumented = exportsOf(url).filter(({ isDocumented }) => !isDocumented)
  expect(undocumented.map(({ name, file }) => `${name} in ${file}`)).toEqual([])
})

test('an export without TSDoc is found', () => {
  expect(exportsOf(new URL('fixtures/doors/index.d.ts', import.meta.url))).toEqual([
    { name: 'bare', file: 'test/integration/test/fixtures/doors/other.d.ts', isDocumented: false },
    { name: 'documented', file: 'test/integration/test/fixtures/doors/index.d.ts', isDocumented: true },
    { name: 'renamed', file: 'test/integration/test/fixtures/doors/other.d.ts', isDocumented: false },
  ])
})
