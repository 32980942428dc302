// Makes the JavaScript of each package: one file per entry of its `exports`, its `bin` and its threads, with what entries share
// in files beside them. An application that imports `homeostat` loads a few files then, and not seven hundred: Node takes longer
// to find, read and link a file than to compile it. Dependencies and peers stay outside, so that each is loaded once; a package
// among the `devDependencies` that sources import is inlined. V8 keeps every source that it has compiled: so there is no white
// space in the bundles, and names are short where nobody reads them.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { writeCommonJsEntries } from './commonjs-entries.mjs'
import { inlineDeclarations } from './inlined-declarations.mjs'
import { thinDeclarations } from './lean-declarations.mjs'
import { licensesOf } from './inlined-licenses.mjs'
import { mappingLines } from './line-maps.mjs'
import { writeIgnoredFiles } from './shipped-files.mjs'
import { shortNames } from './short-names.mjs'
import { inlinedSiblingsOf, manifestIn, packagesOf } from './workspace.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Beside the bundles: what they were made from. */
const STAMP = '.bundled'
const MADE = /\.(c?js|c?js\.map|json)$/
/** Beside the bundles: the licences of what was inlined. */
const LICENSES = 'THIRD-PARTY-LICENSES.txt'
/** Sources that a thread runs, by package. A thread is started by its address, which is looked up beside the bundle. */
const THREADS = { homeostat: ['reload/program-reader-thread'] }

/**
 * Sources that a thread runs as a text, by package and the name that stands for the text. The text needs nothing but Node: it works where the
 * application itself is bundled, and no file is left beside it.
 */
const THREAD_TEXTS = {
  '@homeostat/bullmq': {
    RENEWAL_PROGRAM: 'stall-guard/thread/renewal-program',
    WITNESS_PROGRAM: 'stall-guard/thread/witness-program',
  },
}

/**
 * Sources that browsers run, by package and the name that stands for the text. They lie in the folder `page`, and what they import is in
 * the text.
 */
const PAGES = { '@homeostat/console': { PAGE_SCRIPT: 'main.tsx', PAGE_STYLE: 'page.css' } }

/** Sources that Node loads with --require, by package and bundle. Each is one CommonJS file that needs no other package. */
const PRELOADED = { homeostat: { 'doctor-probe': 'doctor/live/probe' } }

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

/** What makes the bundles. */
const BUNDLERS = ['./bundle.mjs', './line-maps.mjs', './short-names.mjs'].map(name =>
  fileURLToPath(new URL(name, import.meta.url)),
)

/**
 * Changes with every change of a source, of the manifest, of the lockfile and of what makes the bundles.
 *
 * @param {string} folder of a package
 */
function fingerprintOf(folder) {
  // A preloaded bundle takes any of our packages in.
  const isPreloaded = manifestIn(folder).name in PRELOADED
  const others = isPreloaded
    ? packagesOf().map(({ folder: name }) => join(root, 'packages', name))
    : inlinedSiblingsOf(folder)
  const hash = createHash('sha256')
  for (const bundler of BUNDLERS) hash.update(readFileSync(bundler))
  hash.update(readFileSync(join(folder, 'package.json')))
  // The versions of what is inlined.
  hash.update(readFileSync(join(root, 'pnpm-lock.yaml')))
  const folders = [folder, ...others].map(each => join(each, 'src'))
  for (const from of [...folders, join(folder, 'page')].filter(existsSync))
    for (const path of filesIn(from)) {
      const { size, mtimeMs } = statSync(join(from, path))
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

/** A map with one mapping, before the second line. */
const NO_MAPPINGS = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString('base64')

/** @param {{ dependencies?: object, peerDependencies?: object }} manifest @param {string[]} inlined folders of ours */
function inlining({ dependencies, peerDependencies }, inlined) {
  const outside = Object.keys({ ...dependencies, ...peerDependencies })
  const folders = new Map(inlined.map(folder => [manifestIn(folder).name, folder]))
  return {
    name: 'inlining',
    setup(builder) {
      builder.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === RESOLVED) return undefined
        const [scope, rest] = path.split('/')
        const name = scope.startsWith('@') ? `${scope}/${rest}` : scope
        if (isBuiltin(path) || outside.includes(name)) return { path, external: true }
        const folder = folders.get(name)
        if (folder !== undefined) return { path: sourceOf(folder, path.slice(name.length)), sideEffects: false }
        // As `import` finds it, also where it is required: of an ES module only what is used is in the bundle.
        return builder.resolve(path, { kind: 'import-statement', resolveDir, pluginData: RESOLVED })
      })
      // Nobody has the sources of other people's packages at hand, so their maps would only take room.
      builder.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
        const { code } = await transform(readFileSync(path, 'utf8'), { minify: true, legalComments: 'none' })
        return { contents: `\n${code}\n//# sourceMappingURL=data:application/json;base64,${NO_MAPPINGS}`, loader: 'js' }
      })
    },
  }
}

const RESOLVED = Symbol('resolved')

/** The source of an entry of a package's `exports`. */
function sourceOf(folder, entry) {
  const { exports } = manifestIn(folder)
  return join(folder, exports[`.${entry}`].default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
}

/** Our packages as sources, of which only the used part is bundled: their bundles contain all that they share. */
const sources = {
  name: 'sources',
  setup: builder =>
    builder.onResolve({ filter: /^@homeostat\// }, ({ path }) => {
      const [, name = '', entry = ''] = /^@homeostat\/([^/]+)(.*)$/.exec(path) ?? []
      return { path: sourceOf(join(root, 'packages', name), entry), sideEffects: false }
    }),
}

/** The probe runs in processes of strangers: it logs nothing, and brings no copy of the API. */
const silence = {
  name: 'silence',
  setup: builder => {
    builder.onResolve({ filter: /^@opentelemetry\/api$/ }, () => ({ path: 'api', namespace: 'silence' }))
    builder.onLoad({ filter: /./, namespace: 'silence' }, () => ({
      contents: 'const log = () => {}; module.exports = { diag: { error: log, warn: log, info: log, debug: log } }',
    }))
  },
}

/** Runs in processes of any Node that an application may use. */
async function bundlePreloaded(folder, manifest) {
  const preloaded = Object.entries(PRELOADED[manifest.name] ?? {})
  if (preloaded.length === 0) return []
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(preloaded.map(([name, path]) => [name, join(folder, 'src', `${path}.ts`)])),
    outdir: join(folder, 'dist'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    plugins: [sources, silence],
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    logLevel: 'warning',
    write: false,
  })
  return outputFiles
}

/** @returns {Promise<Record<string, string>>} the texts of threads as constants, by name */
async function threadTexts(folder, manifest) {
  const made = Object.entries(THREAD_TEXTS[manifest.name] ?? {}).map(async ([name, path]) => {
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'src', `${path}.ts`)],
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node22.15',
      plugins: [sources, silence],
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: 'warning',
      write: false,
    })
    return [name, JSON.stringify(outputFiles[0].text)]
  })
  return Object.fromEntries(await Promise.all(made))
}

/** The texts for browsers as constants, by name, and the paths of their sources. */
async function pageTexts(folder, manifest) {
  const made = Object.entries(PAGES[manifest.name] ?? {}).map(async ([name, path]) => {
    const { outputFiles, metafile } = await build({
      metafile: true,
      entryPoints: [join(folder, 'page', path)],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: ['chrome120', 'firefox121', 'safari17'],
      jsx: 'automatic',
      jsxImportSource: 'preact',
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
      write: false,
    })
    return { text: [name, JSON.stringify(outputFiles[0].text)], inputs: metafile.inputs }
  })
  const all = await Promise.all(made)
  return {
    texts: Object.fromEntries(all.map(({ text }) => text)),
    inputs: Object.assign({}, ...all.map(({ inputs }) => inputs)),
  }
}

/** @param {string} folder @returns whether the bundles of the package are those of its sources */
export function isBundled(folder) {
  const stamp = join(folder, 'dist', STAMP)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprintOf(folder)
}

/** @param {string} folder */
async function bundle(folder) {
  if (isBundled(folder)) return
  const dist = join(folder, 'dist')
  const manifest = manifestIn(folder)
  const inlined = inlinedSiblingsOf(folder)
  // The sources may change meanwhile.
  const fingerprint = fingerprintOf(folder)
  const page = await pageTexts(folder, manifest)
  const { outputFiles: own, metafile } = await build({
    metafile: true,
    entryPoints: entriesOf(folder, manifest),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    // Without the condition `node`, for which yaml has CommonJS alone. Modules of Node stay outside all the same.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'node22.15',
    plugins: [inlining(manifest, inlined), shortNames],
    define: { IS_BUNDLED: 'true', ...(await threadTexts(folder, manifest)), ...page.texts },
    minifyWhitespace: true,
    minifySyntax: true,
    // Lines stay short, so that a stack trace says something without source maps.
    lineLimit: 120,
    sourcemap: true,
    sourcesContent: false,
    chunkNames: 'shared-[hash]',
    logLevel: 'warning',
    write: false,
  })
  const outputFiles = [...own, ...(await bundlePreloaded(folder, manifest))]
  for (const { path, contents, text } of outputFiles) write(path, path.endsWith('.map') ? mappingLines(text) : contents)
  // The CommonJS entries are written later, and do not depend on the contents of the bundles.
  const entries = Object.values(manifest.exports).flatMap(({ require }) =>
    require ? [join(folder, require.default)] : [],
  )
  const made = new Set([...outputFiles.map(({ path }) => path), ...entries])
  for (const path of filesIn(dist).map(path => join(dist, path)))
    if (MADE.test(path) && !made.has(path)) rmSync(path, { force: true })
  const licenses = licensesOf({ ...metafile.inputs, ...page.inputs })
  if (licenses !== '') write(join(dist, LICENSES), licenses)
  write(join(dist, STAMP), fingerprint)
}

/** Bundles the packages whose sources have changed since. */
export async function bundlePackages() {
  const folders = packagesOf().map(({ folder }) => join(root, 'packages', folder))
  await Promise.all(folders.map(bundle))
  for (const folder of folders) inlineDeclarations(folder)
  for (const folder of folders) {
    writeCommonJsEntries(folder)
    thinDeclarations(folder)
    writeIgnoredFiles(folder)
  }
}

/** For vitest, whose tests see other packages as they are built. */
export const setup = bundlePackages

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePackages()
