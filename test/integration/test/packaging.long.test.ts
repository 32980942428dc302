import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
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
  '@homeostat/promql': ['@lezer/common', '@lezer/highlight', '@lezer/lr', '@prometheus-io/lezer-promql', 're2js'],
  '@homeostat/signals': ['valibot'],
}

describe.each(packages)('%s', folder => {
  const { name, exports, bin, engines } = manifest(folder)
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

  test('it ships its bundles, types, the sources that maps name, its documents, and nothing else', () => {
    const files = readdirSync(new URL(`packages/${folder}/src/`, root), { recursive: true, encoding: 'utf8' })
    const sources = files.filter(path => path.endsWith('.ts')).map(path => path.slice(0, -'.ts'.length))
    // What a source imports as data is in the bundles as well.
    const assets = files.filter(path => path.endsWith('.json')).map(path => `src/${path}`)
    for (const source of sources) {
      expect(shipped).toEqual(
        expect.arrayContaining([`src/${source}.ts`, ...['d.ts', 'd.ts.map'].map(suffix => `dist/${source}.${suffix}`)]),
      )
    }
    const others = shipped.filter(
      path => !/^src\/.*\.ts$|^dist\/.*\.(js|d\.ts)(\.map)?$|^docs\/.*\.(md|svg)$/.test(path),
    )
    const data = Object.keys(exports).filter(entry => entry.endsWith('.json'))
    const notices = INLINED[name] === undefined ? [] : ['dist/THIRD-PARTY-LICENSES.txt']
    const expected = ['README.md', ...notices, ...data.map(entry => entry.slice('./'.length)), ...assets]
    expect(others.toSorted()).toEqual(expected.toSorted())
    const scripts = shipped.filter(path => path.endsWith('.js'))
    for (const script of scripts) expect(shipped).toContain(`${script}.map`)
    // Files that entries share have a hash in their name.
    const bundles = scripts.filter(path => !/^dist\/shared-\w+\.js$/.test(path))
    const entries = Object.values({ ...exports, ...bin }).map(entry =>
      typeof entry === 'string' ? entry : entry.default,
    )
    const expectedBundles = entries.filter(path => path.endsWith('.js')).map(path => path.slice('./'.length))
    const threads = name === 'homeostat' ? ['dist/program-reader-thread.js'] : []
    expect(bundles.toSorted()).toEqual([...new Set([...expectedBundles, ...threads])].toSorted())
    // What its README and its comments refer to.
    const docs = new URL(`packages/${folder}/docs/`, root)
    const written = existsSync(docs) ? readdirSync(docs).map(file => `docs/${file}`) : []
    expect(shipped.filter(path => path.startsWith('docs/')).toSorted()).toEqual(written.toSorted())
  })

  test('it ships the licence of each package that its bundles hold', () => {
    const file = new URL(`packages/${folder}/dist/THIRD-PARTY-LICENSES.txt`, root)
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const titles = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\n\n(?:MIT|Apache) License\n/gm)].map(([, title]) => title)
    expect(titles).toEqual(INLINED[name] ?? [])
    for (const inlined of titles) expect(manifest(folder).dependencies).toHaveProperty([String(inlined)])
  })

  test('everything that it exports is in it', () => {
    for (const entry of Object.values(exports)) {
      const files = typeof entry === 'string' ? [entry] : Object.values(entry)
      for (const file of files) expect(shipped).toContain(file.slice('./'.length))
    }
  })

  test('it names the Node versions that it supports', () => {
    expect(engines.node).toBe('>=22.15.0')
  })
})

test('runtime dependencies of what users install are few', () => {
  const theirs = new Set(
    packages
      .flatMap(folder => Object.keys(manifest(folder).dependencies ?? {}))
      .filter(name => !name.startsWith('@homeostat/')),
  )
  // lezer is Prometheus's own grammar; yaml reads rule files, with the
  // places of its nodes and without dependencies, and is loaded only by the subpaths that read files; valibot checks options, and has
  // no dependency; re2js is Go's regexp, which label matchers are defined by, and has no dependency;
  // citty defines the commands, and semver reads the ranges that the doctor compares, each without dependencies.
  expect([...theirs].toSorted()).toEqual([
    '@lezer/common',
    '@lezer/highlight',
    '@lezer/lr',
    '@prometheus-io/lezer-promql',
    'citty',
    're2js',
    'semver',
    'valibot',
    'yaml',
  ])
})
