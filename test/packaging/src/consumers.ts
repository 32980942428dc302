import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The ways in which TypeScript resolves modules, each with the files that are compiled so. */
export const MODULES = {
  node16: { module: 'node16', moduleResolution: 'node16', files: ['consumer.mts', 'consumer.cts'] },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', files: ['consumer.mts', 'consumer.cts'] },
  bundler: { module: 'esnext', moduleResolution: 'bundler', files: ['consumer.mts'] },
} as const

export type ModuleKind = keyof typeof MODULES

const USE = `
const reader: h.HomeostatReader | undefined = undefined as h.HomeostatReader | undefined
const stopped: Promise<void> | undefined = reader?.homeostat.stop()
const options: h.HomeostatOptions = { mode: 'advise', pg: { slowQueryThresholdMs: 100 }, bullmq: false }
const started: h.Homeostat = h.homeostat(options)
const map: signals.BoundedMap<string, number> = new signals.BoundedMap<string, number>(10)
class Own extends pg.PgInstrumentation {}
export const all: readonly unknown[] = [stopped, started, map, new Own()]
// @ts-expect-error -- a number
h.homeostat({ pg: { slowQueryThresholdMs: '100' } })
// @ts-expect-error -- no such package
h.homeostat({ mongo: {} })
`

/**
 * Writes an application that imports every entry of the given packages, as an ES module and with `require`, and a tsconfig for
 * each way to resolve modules: `tsconfig.node16.json` and so on.
 */
export async function writeConsumers(folder: string, packages: readonly string[]): Promise<void> {
  const entries = (await Promise.all(packages.map(name => entriesOf(folder, name)))).flat()
  const known: Readonly<Record<string, string>> = {
    homeostat: 'h',
    '@homeostat/signals': 'signals',
    '@homeostat/pg': 'pg',
  }
  const names = entries.map((entry, index) => [entry, known[entry] ?? `entry${index}`] as const)
  const used = `\nexport const entries: readonly unknown[] = [${names.map(([, name]) => name).join(', ')}]\n`
  const imports = names.map(([entry, name]) => `import * as ${name} from '${entry}'\n`)
  const requires = names.map(([entry, name]) => `import ${name} = require('${entry}')\n`)
  await writeFile(join(folder, 'consumer.mts'), imports.join('') + USE + used)
  await writeFile(join(folder, 'consumer.cts'), requires.join('') + USE + used)
  for (const [name, { files, ...compilerOptions }] of Object.entries(MODULES)) {
    const options = {
      ...compilerOptions,
      target: 'es2022',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    }
    const config = { compilerOptions: options, files }
    await writeFile(join(folder, `tsconfig.${name}.json`), JSON.stringify(config))
  }
}

async function entriesOf(folder: string, name: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  return Object.keys(manifest.exports)
    .filter(entry => !entry.endsWith('.json'))
    .map(entry => name + entry.slice(1))
}
