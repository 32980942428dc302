import type { ProgramSource, Response, RuleSource } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { CounterSeries } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { INTERVAL_MS } from './workload.ts'
import { TOUCH } from './touch.ts'

const RESPONSE: Response = {
  to: { alert: 'Requested' },
  action: TOUCH.name,
  priority: 'slo',
  clear: 'app_requests_total > 1',
  expect: { expr: 'app_requests_total', direction: 'down' },
}

/** Alerts that one rule may have; more series than that are there for their own cost. */
const ALERTS_OF_RULE = 1000
const SERIES_OF_RULES = 100

/** A service in mode `advise` in which one thing grows, everything else being as small as it can be. */
export class GrowingWorkload {
  readonly optimizer: Optimizer
  readonly program: ProgramSource
  readonly #series: readonly CounterSeries[]

  constructor(of: 'alerts' | 'series' | 'rules', count: number) {
    const engine = new Registry({ scope: { name: 'homeostat', version: '0' } })
    const app = new Registry({ scope: { name: 'app', version: '0' }, maxSeries: count + SERIES_OF_RULES })
    const requests = app.counter({
      name: 'app.requests',
      kind: 'counter',
      unit: '{request}',
      description: 'Requests',
      attributes: ['route', 'shard'],
    })
    const shards = of === 'alerts' ? Math.ceil(count / ALERTS_OF_RULE) : 1
    this.#series = Array.from({ length: of === 'rules' ? SERIES_OF_RULES : count }, (_, index) =>
      requests.with({ route: `/${index}`, shard: String(index % shards) }),
    )
    this.program = {
      rules: of === 'rules' ? rulesOver(count) : alertingRules(of, shards),
      responses: of === 'rules' ? [] : [RESPONSE],
    }
    this.optimizer = new Optimizer({
      registries: [engine, app],
      rules: [],
      responses: [],
      actions: [TOUCH],
      environment: {},
      intervalMs: INTERVAL_MS,
    })
  }

  /** Requests go on: every series changes. It allocates nothing, so that all garbage is the loop's. */
  serve(): void {
    for (let index = 0; index < this.#series.length; index++) this.#series[index]!.add(1 + (index % 3))
  }
}

/** Each alert has its own series. One rule has at most a thousand. */
function alertingRules(of: 'alerts' | 'series', shards: number): RuleSource[] {
  const annotations = { summary: '{{ $labels.route }} is at {{ $value }}' }
  if (of === 'series') return [{ alert: 'Requested', expr: 'app_requests_total > 0', annotations }]
  return Array.from({ length: shards }, (_, shard) => ({
    alert: 'Requested',
    expr: `app_requests_total{shard="${shard}"} > 0`,
    annotations,
  }))
}

function rulesOver(count: number): RuleSource[] {
  return Array.from({ length: count }, (_, index) => ({
    alert: `Rule${index}`,
    expr: `sum(rate(app_requests_total{route="/${index % SERIES_OF_RULES}"}[1m])) > ${1e6 + index}`,
  }))
}
