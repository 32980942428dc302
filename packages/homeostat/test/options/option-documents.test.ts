import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { forecastOptions } from '@homeostat/forecast/domain'
import { cacheLoader } from '@homeostat/ioredis/domain'
import { budgetSchema, responseSchema } from '@homeostat/optimizer/schemas'
import type { OptionSchema } from '@homeostat/signals/options'
import { entriesOf, group, jsonSchema, listOptions, optionTable, signalOptions } from '@homeostat/signals/options'
import { expect, test } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import { homeostatOptions } from '../../src/options/option-schema.ts'
import { readerEntries } from '../../src/doors/reader-options.ts'

// With this variable set, the documents are written anew instead of compared.
const isUpdate = process.env['UPDATE_OPTION_DOCUMENTS'] === '1'
const root = new URL('../../../', import.meta.url)
const PACKAGES: readonly string[] = definitions.map(([name]) => name)

const notes = { description: 'options' }
/** A response or a loader is taken as a whole, and its fields are listed all the same. */
const fieldsOf = (schema: OptionSchema): OptionSchema =>
  group(
    Object.fromEntries(
      Object.entries(entriesOf(schema) ?? {}).map(([name, entry]) => [
        name,
        'wrapped' in entry ? (entry.wrapped as OptionSchema) : entry,
      ]),
    ),
    notes,
  )

/** Each README, the name of a table in it, and the table as the schema has it. */
const tables: [readme: string, name: string, table: string][] = [
  ...definitions.map(([name, { options }]): [string, string, string] => [
    name,
    'options',
    optionTable(listOptions(options)),
  ]),
  ['ioredis', 'loader', optionTable(listOptions(fieldsOf(cacheLoader)))],
  ['signals', 'options', optionTable(listOptions(group(signalOptions, notes)))],
  ['optimizer', 'budget', optionTable(listOptions(budgetSchema))],
  ['optimizer', 'response', optionTable(listOptions(fieldsOf(responseSchema)))],
  [
    'optimizer',
    'expectation',
    optionTable(listOptions(fieldsOf(entriesOf(responseSchema)?.['expect'] as OptionSchema))),
  ],
  ['homeostat', 'reader', optionTable(listOptions(group(readerEntries, notes)))],
  [
    'homeostat',
    'options',
    optionTable(
      listOptions(homeostatOptions).filter(
        ({ keys: [first, second] }) => second === undefined || !PACKAGES.includes(first ?? ''),
      ),
      { variables: true },
    ),
  ],
]

test.each(tables)('2-77: the README of %s has the %s of the schema', (readme, name, table) => {
  const file = new URL(`${readme}/README.md`, root)
  const text = readFileSync(file, 'utf8')
  const [begin, end] = [`<!-- table of ${name}, made of the schema -->`, `<!-- end of ${name} -->`]
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(end)
  expect(text).toContain(begin)
  expect(to).toBeGreaterThan(from)
  if (isUpdate) writeFileSync(file, `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`)
  else expect(text.slice(from, to).trim()).toBe(table)
})

test('the JSON Schema that is published is that of the options', () => {
  // Without white space, which would be a third of it: `homeostat config schema` prints it for people.
  const file = new URL('homeostat/options.schema.json', root)
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Options of homeostat()',
    ...jsonSchema(homeostatOptions),
  }
  if (isUpdate) writeFileSync(file, `${JSON.stringify(schema)}\n`)
  else expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema)
})

test('2-77: defaults in the TSDoc of options are those of the schema', () => {
  const files: [string, OptionSchema][] = [
    ...definitions.flatMap(([name, { options }]): [string, OptionSchema][] => {
      const path = `${name}/src/instrumentation-options.ts`
      return existsSync(new URL(path, root)) ? [[path, options]] : []
    }),
    ['forecast/src/loop/backfill-options.ts', entriesOf(forecastOptions)?.['backfill'] as OptionSchema],
    ['optimizer/src/words/budget-limits.ts', budgetSchema],
  ]
  let count = 0
  for (const [path, schema] of files) {
    const source = readFileSync(new URL(path, root), 'utf8')
    const documented = source.matchAll(/@default (\d[\d_,]*(?:\.\d+)?) ?\*\/\n\s+(?:readonly )?(\w+)\??:/g)
    for (const [, text = '', name = ''] of documented) {
      const option = listOptions(schema).find(({ keys }) => keys.at(-1) === name)
      expect(option?.details.default, `${path}: ${name}`).toBe(Number(text.replaceAll(/[_,]/g, '')))
      count++
    }
  }
  expect(count).toBeGreaterThan(12)
})
