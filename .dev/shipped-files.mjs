// Determines the files of `dist` for a tarball: the bundles, their maps and licences, and the declarations that the entries of
// `exports` lead to. tsc writes one declaration for each source; most describe what no application can import. npm and pnpm
// honour a `.npmignore` inside a folder that `files` names, so the rest is listed there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { manifestIn } from './workspace.mjs'

const BUNDLED = /\.js(\.map)?$|\.d\.cts$|\.cjs$|THIRD-PARTY-LICENSES\.txt$/
const IMPORT = /(?:\bfrom |\bimport\()'(\.[^']+)'/g

/** @param {string} folder of a package @returns {Set<string>} its declarations that an application can reach, as paths */
export function reachableDeclarations(folder) {
  const { exports } = manifestIn(folder)
  const reached = new Set()
  const add = path => {
    if (reached.has(path) || !existsSync(path)) return
    reached.add(path)
    for (const [, imported] of readFileSync(path, 'utf8').matchAll(IMPORT))
      add(join(dirname(path), imported.replace(/\.[jt]s$/, '.d.ts')))
  }
  for (const { types } of Object.values(exports)) if (types !== undefined) add(join(folder, types))
  return reached
}

/** Writes what stays out of the tarball of a package. */
export function writeIgnoredFiles(folder) {
  const dist = join(folder, 'dist')
  const reached = reachableDeclarations(folder)
  const ignored = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !BUNDLED.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !reached.has(path))
  const list = ignored.map(path => `/${relative(dist, path)}\n`).toSorted()
  writeFileSync(join(dist, '.npmignore'), list.join(''))
}
