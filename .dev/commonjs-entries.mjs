// Writes the files that `require()` finds: beside each entry `x.js`, an `x.cjs` that requires it, under Jest as well, so that there
// is one copy of everything, and its types `x.d.cts`. TypeScript takes an ES module's declarations for a CommonJS file from
// TypeScript 5.8 on and under `nodenext` only; these hold no declaration of their own, so a class is the same type for both.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { reachableDeclarations } from './shipped-files.mjs'
import { manifestIn, siblingsOf } from './workspace.mjs'

const EXPORTED = /export\s*\{([^}]*)\}/g
const CLASS = /^export declare (?:abstract )?class (\w+)(?:<([^{]*?)>)?(?: extends| implements| \{)/gm
const BUILT_IN = new Set(['object', 'string', 'number', 'unknown'])

/** @param {string} folder of a package whose bundles and declarations are there */
export function writeCommonJsEntries(folder) {
  const manifest = manifestIn(folder)
  const classes = classesOf(folder)
  for (const { require } of Object.values(manifest.exports)) {
    if (require === undefined) continue
    const script = join(folder, require.default)
    const name = basename(script, '.cjs')
    const exported = namesIn(script.replace(/\.cjs$/, '.js'))
    write(script, commonJsEntry(name, exported))
    write(join(folder, require.types), declarations(name, exported, classes))
  }
}

/**
 * Jest loads modules in its own way, which refuses ES modules unless Node has a flag. Its class `Module` extends Node's, which
 * loads them: then Homeostat is outside of the sandbox, and works with what it is given there. Elsewhere the error is the reason.
 * The last line never runs: Node reads in it which names an ES module may import from this file.
 */
function commonJsEntry(name, exported) {
  return `let entry
try {
  entry = require('./${name}.js')
} catch (error) {
  const node = Object.getPrototypeOf(require('node:module'))
  if (typeof node.createRequire !== 'function') throw error
  entry = node.createRequire(__filename)('./${name}.js')
}
module.exports = entry
0 && (module.exports = { ${exported.join(', ')} })
`
}

function declarations(name, exported, classes) {
  const values = exported.map(each => `export declare const ${each}: typeof entry.${each}`)
  const types = exported
    .filter(each => classes.has(each))
    .map(each => {
      const parameters = classes.get(each)
      const given = parameters.map(({ parameter }) => parameter).join(', ')
      const declared = parameters.map(({ text }) => text).join(', ')
      return parameters.length > 0
        ? `export type ${each}<${declared}> = entry.${each}<${given}>`
        : `export type ${each} = entry.${each}`
    })
  const attribute = `with { 'resolution-mode': 'import' }`
  return [
    `import type * as entry from './${name}.js' ${attribute}`,
    // Types only. The values are below, and a class is both.
    `export type * from './${name}.js' ${attribute}`,
    ...values,
    ...types,
    '',
  ].join('\n')
}

/** The values that a bundle exports. */
function namesIn(path) {
  const [, names = ''] = [...readFileSync(path, 'utf8').matchAll(EXPORTED)].at(-1) ?? []
  return names
    .split(',')
    .map(each => each.trim().split(' as ').at(-1))
    .filter(each => each !== '')
}

/** The type parameters of each class that the entries of a package or of its siblings lead to. */
function classesOf(folder) {
  const classes = new Map()
  for (const path of declarationsOf(folder))
    for (const [, name, parameters = ''] of readFileSync(path, 'utf8').matchAll(CLASS))
      classes.set(name, parameters === '' ? [] : parameters.split(', ').map(parameterOf))
  return classes
}

/** Types that bound a parameter are named as the module has them. */
function parameterOf(text) {
  const [parameter] = text.split(' ')
  const bounded = text.replace(/(?<= extends | = )\w+/g, bound => (BUILT_IN.has(bound) ? bound : `entry.${bound}`))
  return { parameter, text: bounded }
}

function declarationsOf(folder) {
  const siblings = siblingsOf(manifestIn(folder)).map(name => join(folder, '..', name))
  return [folder, ...siblings].flatMap(each => [...reachableDeclarations(each)])
}

/** Only what differs: a watcher or another process may be reading. */
function write(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}
