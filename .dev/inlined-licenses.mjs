import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestIn } from './workspace.mjs'

/** @param {import('esbuild').Metafile['inputs']} inputs @returns {string} the licences of all packages whose sources are in the bundles */
export function licensesOf(inputs) {
  const folders = Object.keys(inputs).map(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0])
  return [...new Set(folders.filter(folder => folder !== undefined))]
    .map(folder => {
      const { name, version } = manifestIn(folder)
      const license = readdirSync(folder).find(file => /^licen[cs]e(?:\.|$)/i.test(file))
      if (license === undefined) throw new Error(`${name} has no licence file, so it cannot be inlined`)
      return `${name} ${version}\n\n${readFileSync(join(folder, license), 'utf8').trim()}\n`
    })
    .toSorted()
    .join(`\n${'-'.repeat(80)}\n\n`)
}
