import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
  readonly files: readonly string[]
  readonly engines: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

const packages = readdirSync(new URL('packages/', root), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, root), 'utf8')) as Manifest

const run = (folder: string, ...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: fileURLToPath(new URL(`packages/${folder}/`, root)), encoding: 'utf8' })

describe.each(packages)('%s', folder => {
  const { name, exports, files, engines } = manifest(folder)
  const entries = Object.keys(exports)
    .filter(entry => entry !== './package.json')
    .map(entry => name + entry.slice(1))

  // A package may always name itself.
  test.each(entries)('%s is the same by import and by require', entry => {
    const script = `
      const { createRequire } = await import('node:module')
      const required = createRequire(process.cwd() + '/')(${JSON.stringify(entry)})
      const imported = await import(${JSON.stringify(entry)})
      if (Object.keys(imported).some(key => imported[key] !== required[key])) throw new Error('two copies')
      console.log(Object.keys(imported).length)`
    expect(Number(run(folder, '--input-type=module', '--eval', script))).toBeGreaterThan(0)
  })

  test('it ships its build only, for the Node versions it says', () => {
    expect(files).toEqual(['dist'])
    expect(engines.node).toBe('>=22.15.0')
  })
})

test('runtime dependencies of what users install are few', () => {
  const theirs = new Set(
    packages.flatMap(folder => Object.keys(manifest(folder).dependencies ?? {})).filter(name => !name.startsWith('@homeostat/')),
  )
  // require-in-the-middle finds a library as it is loaded; lezer is Prometheus's own grammar; yaml reads rule files, with the
  // places of its nodes and without dependencies, and is loaded only by the subpaths that read files.
  expect([...theirs].toSorted()).toEqual([
    '@lezer/common',
    '@lezer/highlight',
    '@lezer/lr',
    '@prometheus-io/lezer-promql',
    'require-in-the-middle',
    'yaml',
  ])
})
