import { compile } from '@homeostat/promql'
import { metrics } from '@homeostat/semconv'
import { homeostat } from 'homeostat'
import type { Domain } from 'homeostat'
import { bullmq } from '@homeostat/bullmq/domain'
import { cache } from '@homeostat/cache/domain'
import { ioredis } from '@homeostat/ioredis/domain'
import { pg } from '@homeostat/pg/domain'
import { runtime } from '@homeostat/runtime/domain'
import { describe, expect, test } from 'vitest'
import { spellings } from '@homeostat/promql'

const domains: readonly Domain[] = [runtime(), cache(), ioredis(), bullmq(), pg()]

/** Every way in which PromQL may write a metric of ours. */
const known = new Set(
  Object.values(metrics).flatMap(({ name, unit, kind }) =>
    kind === 'histogram'
      ? (['bucket', 'sum', 'count'] as const).flatMap(part => spellings({ name, unit, kind, part }))
      : spellings({ name, unit, kind: kind === 'counter' ? 'counter' : 'gauge' }),
  ),
)

const unknownNames = (expr: string): string[] =>
  compile(expr).selectors.flatMap(({ matches }) =>
    matches.filter(({ label, value }) => label === '__name__' && !known.has(value)).map(({ value }) => value),
  )

describe.each(domains.map(domain => [domain.name, domain] as const))('%s', (_name, domain) => {
  test('its rules and responses ask only for metrics that exist', () => {
    const exprs = [
      ...domain.rules.map(rule => rule.expr),
      ...domain.responses.flatMap(({ expect: expected }) => (expected ? [expected.expr] : [])),
    ]
    expect(exprs.flatMap(unknownNames)).toEqual([])
  })

  test('its responses answer its own alerts with its own actions', () => {
    for (const { to, action } of domain.responses) {
      expect(domain.rules.map(rule => rule.alert)).toContain(to.alert)
      expect(domain.actions.map(({ name }) => name)).toContain(action)
    }
  })
})

test('no two packages use one name for an alert or an action', async () => {
  const alerts = domains.flatMap(domain => domain.rules.map(rule => rule.alert))
  expect(new Set(alerts).size).toBe(alerts.length)
  await using h = homeostat({ autoStart: false })
  expect(h.optimizer.rules.rejected).toEqual([])
})
