import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { writtenPromql } from '../src/written-promql.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Expressions that several sources write, with those sources. */
function writtenTwice(files: readonly string[]): [expression: string, files: readonly string[]][] {
  const places = new Map<string, { readonly text: string; readonly files: string[] }>()
  for (const file of files)
    for (const [meaning, text] of writtenPromql(file)) {
      const known = places.get(meaning) ?? { text, files: [] }
      known.files.push(file)
      places.set(meaning, known)
    }
  return [...places.values()]
    .filter(place => place.files.length > 1)
    .map(place => [place.text, place.files.map(file => file.replace(root, ''))])
}

test('each PromQL expression is written in one source; others import it', () => {
  // The sources that name metrics; the engine itself is full of texts that parse as PromQL.
  const files = globSync(['packages/*/src/**/*.ts', 'examples/*/src/**/*.ts'], { cwd: root })
    .map(file => join(root, file))
    .filter(file => /promName|promScope|\bexpr\b/.test(readFileSync(file, 'utf8')))
    .filter(file => !/packages\/(promql|semconv)\//.test(file))
  expect(files.length).toBeGreaterThan(30)
  const expressions = files.flatMap(file => [...writtenPromql(file).keys()])
  expect(expressions.length).toBeGreaterThan(50)
  expect(writtenTwice(files)).toEqual([])
})

test('an expression that is written twice is found, however it is put together', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-promql-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const constants = await write(
    'constants.ts',
    "const POOL: string = promName(attributes.dbPoolName)\nconst PENDING = promName(metrics.dbConnectionPending)\nexport const a = `sum by (${POOL}) (${PENDING}{${promScope('@homeostat/pg')}}) > ${limit}`",
  )
  const literal = await write(
    'literal.ts',
    'export const b = { expr: \'(sum(db_client_connection_pending_requests{otel_scope_name=~"|homeostat|@homeostat/pg"}) by (db_client_connection_pool_name)) / 2\' }',
  )
  const other = await write('other.ts', 'export const c = (selector: string) => `sum by (pool) (${selector}) > 0`')
  const same = await write('same.ts', 'export const d = (selector: string) => `sum by (pool) (${selector}) > 0`')
  expect(writtenTwice([constants, literal, other, same]).map(([, files]) => files)).toEqual([[constants, literal]])
})
