// Refuses to pack a package that nobody could use: without its bundles, with older ones than its sources or with readable ones, and by npm,
// which leaves `workspace:^` in its dependencies. It is the script `prepack` of each package, which runs there before `pack` and `publish`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBundled } from './bundle.mjs'
import { manifestIn } from './workspace.mjs'

const BUILD = 'run `npm run build`'
/** The share of a minified bundle that may be in lines that begin with a space: those are within texts. */
const MOST_INDENTED = 0.5

/** @returns {string | undefined} why the package in the folder may not be packed by what has this user agent */
function problemOf(folder, packer) {
  if (!packer.startsWith('pnpm/'))
    return "only pnpm writes versions in place of workspace:^: run `npx pnpm -r --filter './packages/*' pack`, see CONTRIBUTING.md"
  const missing = exportedFiles(manifestIn(folder).exports).find(path => !existsSync(join(folder, path)))
  if (missing !== undefined) return `${missing} is missing: ${BUILD}`
  const dist = join(folder, 'dist')
  const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.js'))
  const readable = scripts.find(path => indentedShare(readFileSync(join(dist, path), 'utf8')) > MOST_INDENTED)
  if (readable !== undefined) return `dist/${readable} is not minified: ${BUILD}`
  return isBundled(folder) ? undefined : `its bundles are not those of its sources: ${BUILD}`
}

/** @returns {string[]} */
function exportedFiles(exported) {
  return typeof exported === 'string' ? [exported] : Object.values(exported).flatMap(exportedFiles)
}

function indentedShare(text) {
  const indented = text.match(/^[ \t].*$/gm) ?? []
  return indented.join('').length / Math.max(1, text.length)
}

const problem = problemOf(process.cwd(), process.env.npm_config_user_agent ?? '')
if (problem !== undefined) {
  console.error(`prepack: ${manifestIn(process.cwd()).name} cannot be packed: ${problem}`)
  process.exitCode = 1
}
