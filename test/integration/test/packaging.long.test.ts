import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)

interface Conditions {
  readonly require: { readonly types: string; readonly default: string }
  readonly types: string
  readonly default: string
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, Conditions | string>>
  readonly files: readonly string[]
  readonly engines: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const packages = readdirSync(new URL('packages/', root), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, root), 'utf8')) as Manifest

const run = (folder: string, ...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: fileURLToPath(new URL(`packages/${folder}/`, root)), encoding: 'utf8' })

/** What each package's tarball would hold, by its name. One call: npm takes a second to start. */
function packed(): ReadonlyMap<string, readonly string[]> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', ...packages.map(folder => `./packages/${folder}`)]
  const printed = execFileSync('npm', args, {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const tarballs = JSON.parse(printed) as { name: string; files: { path: string }[] }[]
  return new Map(tarballs.map(({ name, files }) => [name, files.map(({ path }) => path)]))
}

const tarballs = packed()

/** The packages of others that a bundle holds, by the package it belongs to: see `.dev/bundle.mjs`. */
const INLINED: Readonly<Record<string, readonly string[]>> = {
  homeostat: ['citty', 'semver'],
  '@homeostat/console': ['@preact/signals', '@preact/signals-core', 'preact', 'uplot'],
  '@homeostat/http': ['cockatiel'],
  '@homeostat/promql': [
    '@lezer/common',
    '@lezer/highlight',
    '@lezer/lr',
    '@prometheus-io/lezer-promql',
    're2js',
    'yaml',
  ],
  '@homeostat/signals': ['valibot'],
}

/** The files in a folder of a package, as paths in the package. */
const filesIn = (name: string, folder: string): string[] => {
  const path = new URL(`packages/${name}/${folder}/`, root)
  return existsSync(path) ? readdirSync(path).map(file => `${folder}/${file}`) : []
}

describe.each(packages)('%s', folder => {
  const { name, exports, bin, engines, files } = manifest(folder)
  const shipped = tarballs.get(name) ?? []
  const entries = Object.keys(exports)
    // Data, which an import needs an attribute for.
    .filter(entry => !entry.endsWith('.json'))
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

  test('it ships its bundles, their maps, the types of its entries, its documents, and nothing else', () => {
    const others = shipped.filter(
      path => !/^dist\/.*\.(c?js|js\.map|d\.c?ts)$|^inlined\/.*\.d\.ts$|^docs\/.*\.(md|svg)$/.test(path),
    )
    const exported = Object.keys(exports).filter(entry => entry.endsWith('.json') && entry !== './package.json')
    const data = files
      .filter(path => !/^(dist|docs|inlined|!.*|.*\.json)$/.test(path))
      .flatMap(data => filesIn(folder, data))
    const notices = INLINED[name] === undefined ? [] : ['dist/THIRD-PARTY-LICENSES.txt']
    const expected = [
      'README.md',
      'package.json',
      ...notices,
      ...data,
      ...exported.map(path => path.slice('./'.length)),
    ]
    expect(others.toSorted()).toEqual(expected.toSorted())
    const scripts = shipped.filter(path => path.endsWith('.js'))
    for (const script of scripts) expect(shipped, script).toContain(`${script}.map`)
    // Files that entries share have a hash in their name.
    const bundles = scripts.filter(path => !/^dist\/shared-\w+\.js$/.test(path))
    const entries = Object.values({ ...exports, ...bin }).map(entry =>
      typeof entry === 'string' ? entry : entry.default,
    )
    const expectedBundles = entries.filter(path => path.endsWith('.js')).map(path => path.slice('./'.length))
    const threads = name === 'homeostat' ? ['dist/program-reader-thread.js'] : []
    expect(bundles.toSorted()).toEqual([...new Set([...expectedBundles, ...threads])].toSorted())
    // Pictures, and what no program refers to, are for who reads in the repository.
    const written = (files.includes('docs') ? filesIn(folder, 'docs') : []).filter(
      path => !path.endsWith('.png') && !files.includes(`!${path}`),
    )
    expect(shipped.filter(path => path.startsWith('docs/')).toSorted()).toEqual(written.toSorted())
  })

  test('each type that it ships can be resolved where it is installed', () => {
    const known = Object.keys({ ...manifest(folder).dependencies, ...manifest(folder).peerDependencies })
    const declarations = shipped.filter(path => path.endsWith('.d.ts'))
    for (const path of declarations) {
      const at = new URL(`packages/${folder}/${path}`, root)
      const text = readFileSync(at, 'utf8')
      // Lines of code, without examples in comments.
      const imports = text.matchAll(/^(?! \*).*(?:\bfrom |\bimport\()'([^']+)'/gm)
      for (const [, imported = ''] of imports) {
        if (imported.startsWith('.')) {
          const target = new URL(imported.replace(/\.[jt]s$/, '.d.ts'), at).pathname
          const inPackage = target.slice(new URL(`packages/${folder}/`, root).pathname.length)
          expect(shipped, `${path} imports ${imported}`).toContain(inPackage)
        } else if (!imported.startsWith('node:')) {
          expect(known, path).toContain(/^(?:@[^/]+\/)?[^/]+/.exec(imported)?.[0])
        }
      }
    }
  })

  test('it ships the licence of each package that its bundles hold', () => {
    const file = new URL(`packages/${folder}/dist/THIRD-PARTY-LICENSES.txt`, root)
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const licenses = text.split(/^-{80}$/m)
    const titles = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+$/gm)].map(([, title]) => title)
    expect(titles).toEqual(INLINED[name] ?? [])
    for (const license of titles.length > 0 ? licenses : [])
      expect(license).toMatch(/Permission is hereby granted|Permission to use, copy, modify|Apache License/)
  })

  test('everything that it exports is in it', () => {
    for (const entry of Object.values(exports)) {
      const files = typeof entry === 'string' ? [entry] : [...Object.values(entry.require), entry.types, entry.default]
      for (const file of files) expect(shipped).toContain(file.slice('./'.length))
    }
  })

  test('it names the Node versions that it supports', () => {
    expect(engines.node).toBe('>=22.15.0')
  })
})

test('what users install depends on nothing but packages of ours and OpenTelemetry', () => {
  const needed = packages.flatMap(folder => {
    const { dependencies, peerDependencies, peerDependenciesMeta = {} } = manifest(folder)
    // An optional peer is used where the application has it, and never installed.
    const peers = Object.keys(peerDependencies ?? {}).filter(name => peerDependenciesMeta[name]?.optional !== true)
    return [...Object.keys(dependencies ?? {}), ...peers]
  })
  const theirs = new Set(needed.filter(name => !name.startsWith('@homeostat/')))
  expect([...theirs]).toEqual(['@opentelemetry/api'])
})
