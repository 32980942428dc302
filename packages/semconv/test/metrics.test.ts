import { expect, test } from 'vitest'
import { attributes, metrics } from '../src/index.ts'

const all = Object.values(metrics)

test('every metric has a name of its own', () => {
  expect(new Set(all.map(metric => metric.name)).size).toBe(all.length)
})

test('names are lower-case, dotted and without a unit suffix', () => {
  for (const { name } of all) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/)
    expect(name).not.toMatch(/[._](seconds|bytes|ms|total|ratio)$/)
  }
})

test('no metric name is also a namespace of another one', () => {
  for (const { name } of all) {
    expect(all.filter(other => other.name.startsWith(`${name}.`)).map(other => other.name)).toEqual(
      // Upstream's own clash: `nodejs.eventloop.delay.*` has no metric `nodejs.eventloop.delay`.
      [],
    )
  }
})

test('only histograms have buckets, and those ascend', () => {
  for (const { kind, buckets } of all) {
    expect(buckets !== undefined).toBe(kind === 'histogram')
    if (buckets) expect([...buckets]).toEqual(buckets.toSorted((a, b) => a - b))
  }
})

test('metrics carry only attributes of the table, and names that are not ours have their source', () => {
  const known = new Set<string>(Object.values(attributes))
  for (const { name, attributes: keys, upstream } of all) {
    expect(keys.filter(key => !known.has(key))).toEqual([])
    expect(name.startsWith('homeostat.')).toBe(upstream === undefined)
  }
})
