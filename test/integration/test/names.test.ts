import { readFileSync } from 'node:fs'
import { compile, rulesOf, spellings } from '@homeostat/promql'
import { metrics, upstreamMetrics } from '@homeostat/semconv'
import type { Domain } from 'homeostat'
import { homeostat } from 'homeostat'
import { describe, expect, test } from 'vitest'
import { packagesOf } from '../../../.dev/workspace.mjs'

interface DomainModule {
  readonly definition: { create(): Domain }
}

const root = new URL('../../../', import.meta.url)
const folders = packagesOf()
  .filter(({ isDomain }) => isDomain)
  .map(({ folder }) => folder)
const domains: readonly Domain[] = await Promise.all(
  folders.map(async folder => {
    const { href } = new URL(`packages/${folder}/dist/domain.js`, root)
    const { definition } = (await import(href)) as DomainModule
    return definition.create()
  }),
)

/** Every way in which PromQL may write a metric of ours, or one of the upstream metrics that we read. */
const known = new Set([
  ...Object.values(metrics).flatMap(({ name, unit, kind }) =>
    kind === 'histogram'
      ? (['bucket', 'sum', 'count'] as const).flatMap(part => spellings({ name, unit, kind, part }))
      : spellings({ name, unit, kind: kind === 'counter' ? 'counter' : 'gauge' }),
  ),
  ...Object.values(upstreamMetrics).flatMap(name => {
    const underscored = name.replaceAll('.', '_')
    return [underscored, `${underscored}_total`, `${underscored}_bucket`, `${underscored}_count`, `${underscored}_sum`]
  }),
])

const unknownNames = (expr: string): string[] =>
  compile(expr).selectors.flatMap(({ matches }) =>
    matches.filter(({ label, value }) => label === '__name__' && !known.has(value)).map(({ value }) => value),
  )

const alertsOf = ({ rules = [] }: Domain): string[] =>
  rules.flatMap(rulesOf).flatMap(rule => ('alert' in rule ? [rule.alert] : []))

const actionsOf = ({ actions = [], knobs = [] }: Domain): string[] => [
  ...actions.map(({ name }) => name),
  ...knobs.flatMap(({ name, actions: own = {} }) => [name, ...Object.keys(own)]),
]

test('homeostat() lists each package that is a domain, under the name of its folder, on one line', () => {
  const listed = readFileSync(new URL('packages/homeostat/src/domains/domain-packages.ts', root), 'utf8')
  const lines = listed.split('\n').filter(line => line.startsWith('export'))
  expect(lines).toEqual(folders.map(name => `export { definition as ${name} } from '@homeostat/${name}/domain'`))
  expect(domains.map(({ name }) => name)).toEqual(folders)
})

describe.each(domains.map(domain => [domain.name, domain] as const))('%s', (_name, domain) => {
  const { rules = [], responses = [] } = domain

  test('its rules and responses ask only for metrics that exist', () => {
    const exprs = [
      ...rules.flatMap(rulesOf).map(({ expr }) => expr),
      ...responses.flatMap(({ expect: expected, guards = [] }) => [
        ...(expected ? [expected.expr] : []),
        ...guards.map(({ expr }) => expr),
      ]),
    ]
    expect(exprs.flatMap(unknownNames)).toEqual([])
  })

  test('its responses answer its own alerts, with its own actions unless they prevent what it foresees', () => {
    for (const { to, action, preventive = false } of responses) {
      expect(alertsOf(domain)).toContain(to.alert)
      if (!preventive) expect(actionsOf(domain)).toContain(action)
    }
  })
})

test('no two packages use one name for an alert or an action', async () => {
  const alerts = domains.flatMap(alertsOf)
  expect(new Set(alerts).size).toBe(alerts.length)
  const actions = domains.flatMap(actionsOf)
  expect(new Set(actions).size).toBe(actions.length)
  await using h = homeostat({ autoStart: false })
  expect(h.optimizer.rules.rejected).toEqual([])
})
