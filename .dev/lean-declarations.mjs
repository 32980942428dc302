// Takes out of the declarations in a tarball what costs bytes and nobody reads: tsc indents by four, and comments on what no entry exports
// by name are shown to nobody who writes against the package.
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { reachableDeclarations } from './shipped-files.mjs'
import { manifestIn } from './workspace.mjs'

const EXPORT = /^export [^;]*\bfrom '(\.[^']+)'/gm
const COMMENT = /^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*\n/gm

/** @param {string} folder of a package */
export function thinDeclarations(folder) {
  const shown = shownDeclarations(folder)
  for (const path of reachableDeclarations(folder)) {
    const text = readFileSync(path, 'utf8')
    const commented = shown.has(path) ? text : text.replace(COMMENT, '')
    const thin = commented.replace(/^(?: {4})+/gm, indentation => ' '.repeat(indentation.length / 4))
    if (thin === text) continue
    const { atime, mtime } = statSync(path)
    writeFileSync(path, thin)
    // By its time tsc takes a declaration for changed, and would check every package that refers to it again.
    utimesSync(path, atime, mtime)
  }
}

/** The entries, and the declarations from which they export, directly or not. Those that are inlined have been thinned already. */
function shownDeclarations(folder) {
  const shown = new Set([...reachableDeclarations(folder)].filter(path => path.startsWith(join(folder, 'inlined'))))
  const add = path => {
    if (shown.has(path) || !existsSync(path)) return
    shown.add(path)
    for (const [, exported] of readFileSync(path, 'utf8').matchAll(EXPORT))
      add(join(dirname(path), exported.replace(/\.[jt]s$/, '.d.ts')))
  }
  for (const { types } of Object.values(manifestIn(folder).exports)) if (types) add(join(folder, types))
  return shown
}
