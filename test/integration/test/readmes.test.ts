import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { attributes, metrics } from '@homeostat/semconv'
import { describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const packages = readdirSync(new URL('packages/', root), { withFileTypes: true }).filter(entry => entry.isDirectory())
const files = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/shop/README.md',
  ...packages.map(({ name }) => `packages/${name}/README.md`),
  ...packages.flatMap(({ name }) => documentsOf(`packages/${name}/docs/`)),
].map(path => ({ path, text: readFileSync(new URL(path, root), 'utf8') }))

function documentsOf(folder: string): string[] {
  const url = new URL(folder, root)
  const names = existsSync(url) ? readdirSync(url) : []
  return names.filter(name => name.endsWith('.md')).map(name => folder + name)
}

const KINDS = { counter: 'counter', upDownCounter: 'up-down counter', gauge: 'gauge', histogram: 'histogram' } as const
const keys = new Set<string>(Object.values(attributes))

/** What the tables say of our metrics: a row may tell of several, the later ones by their last part (`.limit`). */
const rows = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^\| (`[^|]+`) +\| ([a-z -]+?) +\| (\S+) +\| (.*?) *\|$/gm)]
    .filter(([, , kind]) => Object.values<string>(KINDS).includes(kind!))
    .map(([, names, kind, unit, told]) => ({ path, names: spelledOut(names!), kind: kind!, unit: unit!, told: told! })),
)

function spelledOut(names: string): string[] {
  const [first, ...others] = [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
  const stem = first!.slice(0, first!.lastIndexOf('.'))
  return [first!, ...others.map(name => (name.startsWith('.') ? stem + name : name))]
}

describe('the tables of metrics', () => {
  test('describe each metric correctly', () => {
    const wrong = rows.flatMap(({ path, names, kind, unit, told }) =>
      names.flatMap(name => {
        const metric = Object.values(metrics).find(candidate => candidate.name === name)
        if (!metric) return [`${path}: ${name} is no metric of ours`]
        const isRight = KINDS[metric.kind] === kind && metric.unit === unit.replaceAll('`', '')
        const named = [...told.matchAll(/`([\w.]+)`/g)].map(([, key]) => key!).filter(key => keys.has(key))
        const isWhole = told === 'the same' || metric.attributes.every(key => named.includes(key))
        return isRight && isWhole
          ? []
          : [`${path}: ${name} is a ${metric.kind} in ${metric.unit} with ${metric.attributes.join()}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('list every metric', () => {
    const told = new Set(rows.flatMap(({ names }) => names))
    expect(
      Object.values(metrics)
        .filter(({ name }) => !told.has(name))
        .map(({ name }) => name),
    ).toEqual([])
  })
})

test.each(packages.map(({ name }) => name))('the README of %s leads to all documents of the package', name => {
  const { text } = files.find(({ path }) => path === `packages/${name}/README.md`)!
  const documents = documentsOf(`packages/${name}/docs/`).map(path => path.slice(`packages/${name}/`.length))
  expect(documents.filter(path => !text.includes(`](${path})`))).toEqual([])
})

test.each(files)('$path links to what is there', ({ path, text }) => {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map(([, target]) => target!)
  expect(targets.filter(target => !existsSync(new URL(target, new URL(path, root))))).toEqual([])
})
