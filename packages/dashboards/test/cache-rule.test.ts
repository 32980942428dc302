import { createRules, createStore, type Rule } from '@homeostat/promql'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { dashboardFiles } from '@homeostat/dashboards'
import { describe, expect, test } from 'vitest'

const STEP_MS = 15_000
const STEPS = 12

const file = dashboardFiles().find(({ path }) => path === 'prometheus/homeostat.rules.yml')!
const rule = parseRuleFile(file.text, { file: file.path })
  .groups.flatMap(group => group.rules)
  .find((each): each is Rule => 'alert' in each && each.alert === 'CacheHitRatioLow')!

/** A cache with two look-ups per second, of which all miss. */
interface Cache {
  readonly name: string
  readonly isInProcess?: boolean
  /** That of its look-ups. @default none */
  readonly scope?: string
}

/** The names of the caches whose hit ratio a server finds too low. */
function lowOf(caches: readonly Cache[]): readonly (string | undefined)[] {
  const store = createStore({ intervalMs: STEP_MS })
  const rules = createRules([rule], store)
  const series = caches.flatMap(({ name, isInProcess = false, scope }) => {
    const labels = { job: 'shop', instance: 'shop-1', homeostat_cache_name: name }
    const at = { ...labels, ...(scope !== undefined && { otel_scope_name: scope }) }
    const lookups = (result: string): object => ({
      name: 'homeostat_cache_requests_total',
      labels: { ...at, homeostat_cache_result: result },
    })
    return [
      [lookups('hit'), 0],
      [lookups('miss'), 30],
      ...(isInProcess ? [[{ name: 'homeostat_cache_entries', labels }, 0]] : []),
    ].map(([of, growth]) => [store.series(of as never), growth as number] as const)
  })
  for (let step = 0; ; step++) {
    for (const [handle, growth] of series) handle.append(step * STEP_MS, step * growth)
    const { alerts } = rules.evaluate(step * STEP_MS)
    if (step === STEPS)
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['homeostat_cache_name'])
  }
}

describe('a server finds that the hit ratio of Redis is low, and leaves caches inside the process alone', () => {
  test('where the look-ups have the scope of their package', () => {
    const products = { name: 'products', isInProcess: true, scope: '@homeostat/cache' }
    expect(lowOf([{ name: 'redis', scope: '@homeostat/ioredis' }, products])).toEqual(['redis'])
    // Two layers of one name.
    expect(lowOf([{ name: 'products', scope: '@homeostat/ioredis' }, products])).toEqual(['products'])
  })

  test.each([
    ['have one scope, as in the text of an exporter', 'homeostat'],
    ['have no scope, as in a server that receives OTLP', undefined],
  ])('where the look-ups of both %s', (_, scope) => {
    const of = scope === undefined ? {} : { scope }
    const memory = { name: 'memory', isInProcess: true, ...of }
    expect(lowOf([{ name: 'redis', ...of }, memory])).toEqual(['redis'])
    expect(lowOf([memory])).toEqual([])
  })
})
