// Makes the JavaScript of each package: one file per entry of its `exports`, its `bin` and its threads, with what entries share
// in files beside them. An application that imports `homeostat` loads a few files then, and not seven hundred: Node takes longer
// to find, read and link a file than to compile it. Other packages stay outside, so that each is loaded once.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Beside the bundles: what they were made from. */
const STAMP = '.bundled'
const MADE = /\.(js|js\.map|json)$/
/** Sources that a thread runs, by package. A thread is started by its address, which is looked up beside the bundle. */
const THREADS = { homeostat: ['reload/program-reader-thread'] }

/** @param {string} folder @returns {string[]} paths in the folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
}

/** Sources by the path of their bundle in `dist`. */
function entriesOf(folder, manifest) {
  const exported = Object.values(manifest.exports ?? {}).map(entry =>
    typeof entry === 'string' ? entry : entry.default,
  )
  const scripts = [...exported, ...Object.values(manifest.bin ?? {})].filter(path => /^\.\/dist\/.*\.js$/.test(path))
  const entries = scripts.map(path => path.slice('./dist/'.length, -'.js'.length))
  const threads = THREADS[manifest.name] ?? []
  return Object.fromEntries([
    ...entries.map(entry => [entry, join(folder, 'src', `${entry}.ts`)]),
    ...threads.map(path => [basename(path), join(folder, 'src', `${path}.ts`)]),
  ])
}

/** Changes with every change of a source, of the manifest and of this file. */
function fingerprintOf(folder) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
  hash.update(readFileSync(join(folder, 'package.json')))
  for (const path of filesIn(join(folder, 'src'))) {
    const { size, mtimeMs } = statSync(join(folder, 'src', path))
    hash.update(`${path} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** Whole or not at all: another process may be loading it. */
function write(path, contents) {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
}

/** @param {string} folder */
async function bundle(folder) {
  const dist = join(folder, 'dist')
  const stamp = join(dist, STAMP)
  const fingerprint = fingerprintOf(folder)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const { outputFiles } = await build({
    entryPoints: entriesOf(folder, manifest),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    chunkNames: 'shared-[hash]',
    logLevel: 'warning',
    write: false,
  })
  for (const { path, contents } of outputFiles) write(path, contents)
  const made = new Set(outputFiles.map(({ path }) => path))
  for (const path of filesIn(dist).map(path => join(dist, path)))
    if (MADE.test(path) && !made.has(path)) rmSync(path, { force: true })
  write(stamp, fingerprint)
}

/** Bundles the packages whose sources have changed since. */
export async function bundlePackages() {
  const packages = readdirSync(join(root, 'packages'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  await Promise.all(packages.map(({ name }) => bundle(join(root, 'packages', name))))
}

/** For vitest, whose tests see other packages as they are built. */
export const setup = bundlePackages

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePackages()
