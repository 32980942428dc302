import { expect, test } from 'vitest'
import { Registry } from '../../src/index.ts'
import { recordDiag } from '../recorded-diag.ts'
import { orders, stock } from '../sample-metrics.ts'

test('each metric that has no room for more series is reported once, and a registry that is full goes on', () => {
  using recorded = recordDiag()
  const registry = new Registry({ scope: { name: 'full' }, maxSeries: 2 })
  const counter = registry.counter(orders)
  for (let n = 0; n < 50; n++) counter.with({ n }).add()
  const level = registry.level(stock)
  for (let n = 0; n < 50; n++) level.with({ n }).set(n)
  const errors = registry.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.errors')!
  expect(errors.dataPoints.map(({ value }) => value)).toEqual([2])
  expect(recorded.lines).toHaveLength(1)
  expect(recorded.lines[0]).toContain(`there are more than 2 series, so new ones of ${orders.name} are counted as`)
})

test.each([NaN, -1, 1.5, Infinity, '5' as never, null as never])('maxSeries %s leaves the default', maxSeries => {
  const counter = new Registry({ scope: { name: 'wrong' }, maxSeries }).counter(orders)
  for (let n = 0; n < 2001; n++) counter.with({ n }).add()
  expect(counter.series()).toHaveLength(2001)
  expect(counter.series().at(-1)!.attributes).toEqual({ 'otel.metric.overflow': true })
})
