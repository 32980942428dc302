// Prints how the sources are built, so that a redesign can show a before and an after: npm run structure [-- PACKAGE...]
//
// A floor is one step of the longest chain of imports between the entries of a package's src (its folders, and the files
// that lie beside them). An arrow back up is an import of a later room of the walk. Types count like values.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** The rooms of the loop in the order of the walk; `.dev/dependency-rules.cjs` enforces it. */
const WALK = ['words', 'signals', 'alerts', 'decisions', 'actions', 'trials', 'verdicts', 'ledger']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
})
if (values.help) {
  console.log(
    'npm run structure -- [--json] [PACKAGE...]\n\nPrints files, lines, floors, arrows back up, exports and tests of each package.',
  )
  process.exit()
}

const packages =
  positionals.length > 0 ? positionals : readdirSync(join(root, 'packages')).filter(name => !name.includes('.'))
const rows = packages.map(name => structureOf(name))
if (values.json) for (const row of rows) console.log(JSON.stringify(row))
else console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])))

function structureOf(name) {
  const folder = join(root, 'packages', name, 'src')
  const files = sources(folder)
  const texts = new Map(files.map(file => [file, readFileSync(join(folder, file), 'utf8')]))
  const graph = new Map()
  let arrows = 0
  let backUp = 0
  for (const [file, text] of texts) {
    for (const target of importsOf(file, text)) {
      const [from, to] = [entryOf(file), entryOf(target)]
      if (from === to) continue
      arrows++
      if (isBackUp(from, to)) backUp++
      graph.set(from, (graph.get(from) ?? new Set()).add(to))
    }
  }
  const tests = sources(join(root, 'packages', name, 'test')).filter(file => file.endsWith('.test.ts'))
  const kept = [...texts]
    .filter(([file]) => /^(actions|decisions|trials|verdicts)\//.test(file))
    .map(([, text]) => text)
  return {
    name,
    files: files.length,
    lines: [...texts.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0),
    longest: Math.max(0, ...[...texts.values()].map(text => text.split('\n').length - 1)),
    entries: new Set(files.map(entryOf)).size,
    floors: floorsOf(graph),
    arrows,
    'arrows back up': backUp,
    exports: exportsOf(texts.get('index.ts') ?? ''),
    // Fields of the loop that hold something by key: the fewer, the fewer must be kept in step.
    'maps of the loop':
      kept.join('\n').match(/^ {2}(readonly )?#?\w+(: [^=\n]+)? = new (Weak)?(Map|Set)\b/gm)?.length ?? 0,
    'test files': tests.length,
  }
}

function sources(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .filter(file => file.endsWith('.ts'))
      .map(file => normalize(file))
  } catch {
    return []
  }
}

function importsOf(file, text) {
  return [...text.matchAll(/^(?:import|export)\b[^'"\n;]*(?:\{[^}]*\})?[^'"\n]*from '(\.[^']+)'/gm)].map(([, path]) =>
    normalize(join(dirname(file), path)),
  )
}

/** The folder of a file, or the file itself where it lies beside the folders. */
function entryOf(file) {
  return file.split('/')[0]
}

function isBackUp(from, to) {
  return WALK.includes(from) && WALK.indexOf(to) > WALK.indexOf(from)
}

/** The longest chain; entries that import each other in a circle share a floor. */
function floorsOf(graph) {
  const depths = new Map()
  const depth = (entry, above) => {
    if (above.has(entry)) return 0
    const known = depths.get(entry)
    if (known !== undefined) return known
    const below = new Set(above).add(entry)
    const deepest = Math.max(0, ...[...(graph.get(entry) ?? [])].map(next => depth(next, below)))
    depths.set(entry, deepest + 1)
    return deepest + 1
  }
  return Math.max(1, ...[...graph.keys()].map(entry => depth(entry, new Set())))
}

function exportsOf(index) {
  const named = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
    names.split(',').filter(name => name.trim()),
  )
  const declared = index.match(/^export (declare )?(const|function|class|interface|type) \w/gm) ?? []
  return named.length + declared.length
}
