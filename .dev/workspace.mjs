// Derives files from the folders in `packages`, so that a new package is a new folder: project references, the dependencies of the
// all-in-one and the README's table of packages. `npm run setup -- --update` writes these files, and a test compares them.
// No dependency, and no syntax newer than Node 20, because it runs before anything is installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Installs and packs. `npx` fetches it. */
export const PNPM = 'pnpm@12.21.0'
const ALL_IN_ONE = 'homeostat'
const SCOPE = '@homeostat/'

/**
 * The packages by folder name, in its order. A domain is one that has `src/domain.ts`.
 *
 * @param {string} top the folder of the workspace
 */
export function packagesOf(top = root) {
  return readdirSync(join(top, 'packages'))
    .filter(folder => existsSync(join(top, 'packages', folder, 'package.json')))
    .toSorted()
    .map(folder => ({
      folder,
      manifest: manifestIn(join(top, 'packages', folder)),
      isDomain: existsSync(join(top, 'packages', folder, 'src', 'domain.ts')),
    }))
}

/** @param {Record<string, string>} dependencies @returns {string[]} folders of the packages of ours among them */
function siblingsAmong(dependencies = {}) {
  return Object.keys(dependencies)
    .filter(name => name.startsWith(SCOPE) || name === ALL_IN_ONE)
    .map(name => name.replace(SCOPE, ''))
}

/** The packages that others have in their bundles instead of depending on them: they have no state and no class to compare. */
const INLINED = ['judge', 'lab', 'prometheus']

/**
 * The packages of ours that a package's bundles hold.
 *
 * @param {string} folder of the package
 * @returns {string[]} their folders
 */
export function inlinedSiblingsOf(folder) {
  const { dependencies } = manifestIn(folder)
  const inlined = new Set()
  const add = from => {
    const manifest = manifestIn(from)
    for (const name of siblingsAmong({ ...manifest.dependencies, ...manifest.devDependencies })) {
      const sibling = join(folder, '..', name)
      if (!INLINED.includes(name) || `${SCOPE}${name}` in (dependencies ?? {}) || inlined.has(sibling)) continue
      inlined.add(sibling)
      add(sibling)
    }
  }
  add(folder)
  return [...inlined]
}

/** @param {string} folder of a package @returns its `package.json` */
export function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** @param {{ dependencies?: object, devDependencies?: object }} manifest @returns {string[]} folders of the packages it imports */
export function siblingsOf({ dependencies, devDependencies }) {
  const inlined = siblingsAmong(devDependencies).filter(name => INLINED.includes(name))
  return [...siblingsAmong(dependencies), ...inlined]
}

/**
 * The files that are derived, with what they should hold.
 *
 * @returns {{ path: string, is: string, should: string }[]}
 */
export function derivedFiles(top = root) {
  const packages = packagesOf(top)
  const files = new Map()
  const derive = (path, change) => {
    const is = readFileSync(join(top, path), 'utf8')
    files.set(path, { path, is, should: change(is) })
  }
  const domains = packages.filter(({ isDomain }) => isDomain).map(({ manifest }) => manifest.name)
  const allInOne = packages.find(({ folder }) => folder === ALL_IN_ONE)
  const dependencies = { ...allInOne.manifest.dependencies }
  for (const name of domains) dependencies[name] = 'workspace:^'
  const sorted = Object.fromEntries(Object.entries(dependencies).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  derive(`packages/${ALL_IN_ONE}/package.json`, text => {
    const manifest = JSON.parse(text)
    return `${JSON.stringify({ ...manifest, dependencies: sorted }, undefined, 2)}\n`
  })
  derive('packages/tsconfig.json', text =>
    withReferences(
      text,
      packages.map(({ folder }) => `./${folder}`),
    ),
  )
  derive('test/tsconfig.json', text =>
    withReferences(
      text,
      packages.map(({ folder }) => `../packages/${folder}`),
    ),
  )
  for (const { folder, manifest } of packages) {
    const siblings = siblingsOf(folder === ALL_IN_ONE ? { ...manifest, dependencies: sorted } : manifest)
    derive(`packages/${folder}/tsconfig.json`, text =>
      withReferences(
        text,
        siblings.map(name => `../${name}`),
      ),
    )
  }
  derive('README.md', text => withTable(text, packages))
  return [...files.values()]
}

/** Writes the derived files that differ. @returns {string[]} their paths */
export function writeDerivedFiles(top = root) {
  const stale = derivedFiles(top).filter(({ is, should }) => is !== should)
  for (const { path, should } of stale) writeFileSync(join(top, path), should)
  return stale.map(({ path }) => path)
}

/** A tsconfig with other references; what else it says stays as it is written. */
function withReferences(text, paths) {
  if (paths.length === 0) return text
  const list = paths.toSorted().map(path => `{ "path": ${JSON.stringify(path)} }`)
  // As the formatter writes it.
  const short = `"references": [${list.join(', ')}]`
  const block = short.length <= 118 ? short : `"references": [\n    ${list.join(',\n    ')}\n  ]`
  const given = /"references": \[[^\]]*\]/
  return given.test(text) ? text.replace(given, block) : text.replace(/\n\}\n$/, `,\n  ${block}\n}\n`)
}

const BEGIN = '<!-- table of packages, made of their package.json -->'
const END = '<!-- end of packages -->'

/** The all-in-one first, then the domains, then what they are made of; each by name, with the description of its manifest. */
function withTable(text, packages) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md: keep ${BEGIN} and ${END} around the table of packages`)
  const rank = ({ folder, isDomain }) => (folder === ALL_IN_ONE ? 0 : isDomain ? 1 : 2)
  const rows = packages
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ folder, manifest }) => [`[\`${manifest.name}\`](packages/${folder})`, manifest.description])
  const table = [['package', 'what it gives you'], ...rows]
  const widths = [0, 1].map(column => Math.max(...table.map(row => row[column].length)))
  const line = cells => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`
  const [head, ...body] = table.map(line)
  return `${text.slice(0, begin + BEGIN.length)}\n\n${[head, rule, ...body].join('\n')}\n\n${text.slice(end)}`
}
