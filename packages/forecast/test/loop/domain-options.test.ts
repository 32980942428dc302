import { createStore } from '@homeostat/promql'
import { describe, expect, test } from 'vitest'
import type { ForecastDomainOptions, ForecastTarget } from '../../src/domain.ts'
import { defaultTargets, forecast } from '../../src/domain.ts'
import { use } from './watched-loop.ts'

const read = (options: ForecastDomainOptions) => {
  const { rejected, forecasts, rules } = forecast({ defaults: false, ...options })
  return { messages: rejected.map(({ message }) => message), targets: forecasts.targets, rules, rejected }
}

describe('a target that cannot be watched is left out with one sentence, and the others go on', () => {
  test.each<[string, unknown, RegExp]>([
    ['no object', null, /"\?" is left out: it is not an object; give one/],
    ['no name', { ...use, name: 'a b' }, /"a b" is left out: use 1 to 64 letters/],
    [
      'no resource',
      { ...use, resource: 'disk' },
      /its resource is a text of 4 characters; use cpu, memory, database, network/,
    ],
    ['no limit', { ...use, above: Number.NaN }, /above is NaN; give its limit/],
    ['no unit', { ...use, unit: 1 }, /unit is not a string; use "ratio"/],
    ['no PromQL', { ...use, expr: 'max(' }, /expr is not valid PromQL; correct it: .+/],
    ['no text', { ...use, expr: undefined }, /expr is not a string; give the PromQL/],
    ['a range', { ...use, expr: 'test_use[5m]' }, /expr gives a range vector; use one that gives a number/],
    ['no horizon', { ...use, within: [] }, /within is empty; leave it out/],
    ['a number as horizon', { ...use, within: 15 }, /within is 15; use a Prometheus duration of 5m to 1w/],
    ['too far', { ...use, within: ['15m', '2w'] }, /within is the text "2w"; use a Prometheus duration/],
  ])('%s', (_, target, message) => {
    const { messages, targets, rejected } = read({ targets: [target as ForecastTarget, { ...use, name: 'good' }] })
    expect(messages).toEqual([expect.stringMatching(message)])
    expect(messages[0]).not.toContain('\n')
    expect(rejected[0]).toMatchObject({ code: 'HOMEOSTAT_FORECAST_TARGET' })
    expect(targets.map(({ name }) => name)).toEqual(['good'])
  })
})

test.each<[ForecastDomainOptions, RegExp]>([
  [{ limits: { cpu: 2 } }, /^forecast.limits.cpu is 2, but must be a probability between 0 and 1; 0.7 is used$/],
  [{ limits: { database: '0.5' as never } }, /limits.database is the text "0.5", but must be .* 0.6 is used/],
  [{ watch: 0 }, /watch is 0, .* 0.4 is used/],
  [
    { horizon: 'soon', defaults: true },
    /horizon is a text of 4 characters, but must be a Prometheus duration .* 15m is used/,
  ],
  [{ targets: {} as never }, /targets is an object, but must be a list/],
  [{ backfill: { url: 5 as never } }, /backfill.url is not valid, but must be the base address/],
  [{ backfill: { url: 'http://a', days: Number.NaN } }, /backfill.days is NaN, .* 7 is used/],
  [{ backfill: { url: 'http://a', days: 31 } }, /backfill.days is 31, .* 7 is used/],
  [{ backfill: { url: 'http://a', stepMs: 10 } }, /backfill.stepMs is 10, .* is used/],
])('an option that is not valid is reported once, and its default is used: %j', (options, message) => {
  const { messages, rejected } = read(options)
  expect(messages).toEqual([expect.stringMatching(message)])
  expect(rejected[0]).toMatchObject({ code: 'HOMEOSTAT_FORECAST_OPTION' })
})

test('more than sixteen own horizons are too many: what goes over is left out', () => {
  const within = ['5m', '6m', '7m', '8m', '9m', '10m', '11m', '12m']
  const targets = ['one', 'two', 'three'].map(name => ({ ...use, name, within }))
  const { messages, targets: found } = read({ targets: [...targets, { ...use, name: 'two' }] })
  expect(found.map(({ name }) => name)).toEqual(['one', 'two'])
  expect(messages).toEqual([
    expect.stringMatching(/"three" is left out: with it there are 24 own horizons; keep to 16/),
    expect.stringMatching(/"two" is left out: another has the same name/),
  ])
})

test('a target of the same name takes the place of a default, the same horizon twice is one', () => {
  const own = { ...use, name: 'memory', resource: 'memory', within: ['60m', '1h'] } as const
  const { targets, messages } = read({ defaults: true, targets: [own] })
  expect(messages).toEqual([])
  expect(targets.map(({ name }) => name)).toEqual(defaultTargets.map(({ name }) => name))
  expect(targets.find(({ name }) => name === 'memory')).toMatchObject({
    expr: 'test_use',
    horizons: [{ label: '1h', ms: 3_600_000 }],
  })
})

test('alerts are raised for the resources that have targets, at their limits', () => {
  const { rules } = read({ targets: [{ ...use, resource: 'memory' }], limits: { memory: 0.8 }, watch: 0.85 })
  expect(rules).toMatchObject([{ alert: 'MemoryBottleneckAhead', expr: expect.stringMatching(/> 0.8$/) as string }])
})

test('every default target can be bound, and gives nothing where nothing is measured', () => {
  const store = createStore({ intervalMs: 5000 })
  for (const { expression } of read({ defaults: true }).targets) {
    using bound = expression.bind(store)
    const found = bound.evaluate(Date.UTC(2026, 0, 1))
    expect(found).toMatchObject({ type: 'vector', samples: [] })
  }
})
