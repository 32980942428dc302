// Puts the declarations of a package that is inlined beside those of the package whose bundles hold it, where an application can
// import types that name them: `@homeostat/judge` is in the bundles of the optimizer, and nobody installs it beside them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { reachableDeclarations } from './shipped-files.mjs'
import { inlinedSiblingsOf, manifestIn } from './workspace.mjs'

/** Outside of `dist`: there the compiler looks for the source of each declaration. */
const INLINED = 'inlined'

/** @param {string} folder of a package whose declarations are there */
export function inlineDeclarations(folder) {
  for (const sibling of inlinedSiblingsOf(folder)) {
    const { name, exports } = manifestIn(sibling)
    const dist = join(sibling, 'dist')
    const copied = join(folder, INLINED, name.slice(name.indexOf('/') + 1))
    const copyOf = path => join(copied, relative(dist, path))
    const naming = [...reachableDeclarations(folder)].filter(path => readFileSync(path, 'utf8').includes(`'${name}`))
    // A later build finds the names already replaced, and has to bring the copies up to date all the same.
    if (naming.length === 0 && !existsSync(copied)) continue
    for (const path of reachableDeclarations(sibling)) write(copyOf(path), withoutComments(readFileSync(path, 'utf8')))
    for (const path of naming) {
      let text = readFileSync(path, 'utf8')
      for (const [entry, { types }] of Object.entries(exports))
        if (types !== undefined)
          text = text.replaceAll(`'${name}${entry.slice(1)}'`, `'${importOf(copyOf(join(sibling, types)), path)}'`)
      write(path, text)
    }
  }
}

/** Only functions and constants keep their comments, which editors show: who uses the judge by itself has its own package, and bytes count. */
function withoutComments(text) {
  return text.replace(/(\/\*\*[\s\S]*?\*\/\s*)(export declare (?:function|const))?/g, (_, comment, declared) =>
    declared === undefined ? '' : comment + declared,
  )
}

/** How the declarations in one file import those in another. */
function importOf(imported, path) {
  const there = relative(dirname(path), imported)
    .split(sep)
    .join('/')
    .replace(/\.d\.ts$/, '.js')
  return there.startsWith('.') ? there : `./${there}`
}

/** Only what differs: a compiler or another process may be reading. */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}
