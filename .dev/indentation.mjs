// Indents the declarations that a tarball holds by one space a level: tsc indents by four, and bytes count.
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { reachableDeclarations } from './shipped-files.mjs'

/** @param {string} folder of a package */
export function narrowIndentation(folder) {
  for (const path of reachableDeclarations(folder)) {
    const text = readFileSync(path, 'utf8')
    const narrow = text.replace(/^(?: {4})+/gm, indentation => ' '.repeat(indentation.length / 4))
    if (narrow === text) continue
    const { atime, mtime } = statSync(path)
    writeFileSync(path, narrow)
    // By its time tsc takes a declaration for changed, and would check every package that refers to it again.
    utimesSync(path, atime, mtime)
  }
}
