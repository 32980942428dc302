import { diag, DiagLogLevel } from '@opentelemetry/api'
import { Registry } from '@homeostat/signals'
import { afterEach, describe, expect, it } from 'vitest'
import type { LedgerEntry, Response } from '../src/index.ts'
import { Optimizer } from '../src/index.ts'

const INTERVAL_MS = 5000

interface Loop {
  readonly optimizer: Optimizer
  /** Serves a request on some routes and ticks. */
  tick(routes: readonly number[]): LedgerEntry
}

function loop(rules: ConstructorParameters<typeof Optimizer>[0]['rules'], responses: readonly Response[] = []): Loop {
  const engine = new Registry({ scope: { name: 'homeostat', version: '0' } })
  const app = new Registry({ scope: { name: 'app', version: '0' }, maxSeries: 20_000 })
  const definition = { name: 'app.requests', kind: 'counter', unit: '{request}', description: '' } as const
  const requests = app.counter({ ...definition, attributes: ['route'] })
  const optimizer = new Optimizer({ registries: [engine, app], rules, responses, actions: [], environment: {} })
  let now = Date.now()
  return {
    optimizer,
    tick: routes => {
      for (const route of routes) requests.with({ route: `/${route}` }).add()
      return optimizer.tick((now += INTERVAL_MS))
    },
  }
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index)
const routesOf = ({ firings }: LedgerEntry): Set<string | undefined> =>
  new Set(firings.map(({ labels }) => labels['route']))

afterEach(() => diag.disable())

describe('a rule with more alerts than one rule may have', () => {
  const rule = { alert: 'Requested', expr: 'app_requests_total > 0' }

  it('2-09: keeps a thousand of them, the same ones at each tick, and counts those that it left out', () => {
    const { tick } = loop([rule])
    const first = tick(upTo(900))
    expect(first.firings).toHaveLength(900)
    expect(first.limited).toEqual([])
    const second = tick(upTo(1500, 500))
    expect(second.limited).toEqual([{ alert: 'Requested', kept: 1000, leftOut: 1000 }])
    expect([...routesOf(second)]).toEqual(expect.arrayContaining([...routesOf(first)]))
    expect(routesOf(tick(upTo(2000)))).toEqual(routesOf(second))
  })

  it('2-09: is reported once, with what to do', () => {
    const lines: string[] = []
    const write = (line: string): void => void lines.push(line)
    diag.setLogger({ error: write, warn: write, info() {}, debug() {}, verbose() {} }, { logLevel: DiagLogLevel.WARN })
    const { tick } = loop([rule])
    for (let times = 0; times < 3; times++) tick(upTo(1200))
    expect(lines.filter(line => line.includes('Requested'))).toEqual([
      expect.stringMatching(/finds 1200 alerts; 1000 are kept and 200 left out.*aggregate in its expression/),
    ])
  })
})

describe('an expression that would look at too many samples', () => {
  it.each([
    'max_over_time(rate(app_requests_total[1m])[1h:1ms]) > 0',
    'max_over_time(max_over_time(app_requests_total[10m:100ms])[10m:100ms]) > 0',
  ])('2-10: fails with one line, and stops no other rule: %s', expr => {
    const { tick } = loop([
      { alert: 'Heavy', expr },
      { alert: 'Light', expr: 'app_requests_total > 0' },
    ])
    const { failures, firings } = tick(upTo(300))
    expect(failures).toEqual([
      { rule: 'Heavy', error: expect.stringMatching(/too many samples.*\d+ steps of a subquery over .* series/) },
    ])
    expect(firings.every(({ alert }) => alert === 'Light')).toBe(true)
    expect(firings).toHaveLength(300)
  })
})

describe('more rules or responses than there may be', () => {
  it('2-11: are left out with one line that names the limit and the number', () => {
    const response: Response = { to: { alert: 'A' }, action: 'a.b', priority: 'slo' }
    const { optimizer } = loop(
      [{ alert: 'A', expr: 'app_requests_total > 0' }],
      Array.from({ length: 1_000_000 }, () => response),
    )
    expect(optimizer.rejected.map(({ message }) => message)).toEqual([
      '1000000 responses were given, more than 10000: the first 10000 are loaded, the others left out; use fewer',
    ])
  })

  it('2-11: are loaded while the application goes on; what was in force stays until all is loaded', async () => {
    const { optimizer } = loop([{ alert: 'Before', expr: 'app_requests_total > 0' }])
    const rules = Array.from({ length: 500 }, (_, index) => ({
      alert: `R${index}`,
      expr: `app_requests_total > ${index}`,
    }))
    const loading = optimizer.loadInSlices({ rules, responses: [] })
    expect(optimizer.rules.health).toHaveLength(1)
    await loading
    expect(optimizer.rules.health).toHaveLength(500)
  })

  it('2-11: a later load wins over one that is still under way', async () => {
    const { optimizer } = loop([])
    const many = Array.from({ length: 500 }, (_, index) => ({ alert: `R${index}`, expr: 'vector(1)' }))
    const loading = optimizer.loadInSlices({ rules: many, responses: [] })
    optimizer.load({ rules: [{ alert: 'Last', expr: 'vector(1)' }], responses: [] })
    await loading
    expect(optimizer.rules.health.map(({ rule }) => ('alert' in rule ? rule.alert : ''))).toEqual(['Last'])
  })
})
