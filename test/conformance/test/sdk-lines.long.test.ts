import { describe, expect, it } from 'vitest'
import { runOnLine, sdkLines } from '../src/index.ts'

interface Exported {
  readonly name: string
  readonly points: readonly { readonly attributes: object; readonly value: unknown }[]
}
type Exports = Record<'delta' | 'cumulative', Exported[][]>

const application = (name: string): URL => new URL(`applications/${name}.ts`, import.meta.url)
const sorted = (collections: Exported[][]): Exported[][] =>
  collections.map(metrics => metrics.toSorted((a, b) => a.name.localeCompare(b.name)))
const valuesOf = (metrics: Exported[] | undefined, name: string): unknown[] =>
  metrics?.find(metric => metric.name === name)?.points.map(point => point.value) ?? []

describe.each(sdkLines)('on $name', line => {
  it('a cumulative exporter gets the same on both paths', async () => {
    const [meter, producer] = await Promise.all([
      runOnLine<Exports>(line, application('two-readers'), 'meter'),
      runOnLine<Exports>(line, application('two-readers'), 'producer'),
    ])
    expect(sorted(producer.cumulative)).toEqual(sorted(meter.cumulative))
    expect(producer.cumulative[1]?.map(metric => metric.name).toSorted()).toEqual([
      'sample.price',
      'sample.sales',
      'sample.stock',
    ])
  })

  it.each(['meter', 'producer'])(
    'a delta exporter gets deltas and a cumulative one cumulatives in one process, by %s',
    async path => {
      const { delta, cumulative } = await runOnLine<Exports>(line, application('two-readers'), path)
      expect([valuesOf(delta[0], 'sample.sales'), valuesOf(delta[1], 'sample.sales')]).toEqual([[3], [1, 1]])
      expect([valuesOf(cumulative[0], 'sample.sales'), valuesOf(cumulative[1], 'sample.sales')]).toEqual([[3], [4, 1]])
      expect(valuesOf(delta[1], 'sample.price')).toMatchObject([
        { count: 1, sum: 2 },
        { count: 1, sum: 2 },
      ])
      expect(valuesOf(cumulative[1], 'sample.price')).toMatchObject([
        { count: 4, sum: 33.5 },
        { count: 1, sum: 2 },
      ])
    },
  )

  it('Prometheus scrapes the same text on both paths', async () => {
    const [meter, producer] = await Promise.all(
      ['meter', 'producer'].map(path => runOnLine<string>(line, application('prometheus'), path)),
    )
    const lines = (text: string): string[] => text.split('\n').toSorted()
    expect(lines(producer!)).toEqual(lines(meter!))
    expect(producer).toMatch(/^sample_sales_total\{ware="tea".*\} 3$/m)
    expect(producer).toMatch(/^sample_price_bucket\{ware="tea".*le="1"\} 2$/m)
    expect(producer).toMatch(/^sample_stock.* 999997$/m)
  })

  it('NodeSDK registers and enables it, first without and then with its provider', async () => {
    const { names, enabled } = await runOnLine<{ names: string[]; enabled: boolean }>(line, application('node-sdk'))
    expect(names.toSorted()).toEqual(['sample.price', 'sample.sales', 'sample.stock'])
    expect(enabled).toBe(true)
  })

  it('a reader that is attached after registration, but before the SDK, gets everything', async () => {
    const names = await runOnLine<string[]>(line, application('takes-over'))
    expect(names.toSorted()).toEqual(['sample.price', 'sample.sales', 'sample.stock'])
  })
})
