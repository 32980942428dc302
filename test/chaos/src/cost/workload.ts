import type { Response, RuleSource } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import type { CounterSeries, LevelSeries } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { TOUCH } from './touch.ts'

export const INTERVAL_MS = 5000
/** As `homeostat` looks at guards of open trials. */
export const LOOK_MS = 1000
const METRICS = 100
const SERVICES = 10
const ROUTES = 10
const RULES = 200
/** As many as the default cap of a registry allows, so that nothing of it is special. */
const METRICS_OF_REGISTRY = 20
/** Alerts that fire all the time, as a service has them: each is decided upon again at every tick. */
const FIRING = 5
const RESPONSES = 20

/** A service with 10,000 series, every one of which some rule of 200 reads, in a loop that ticks every 5 s. */
export class Workload {
  readonly optimizer: Optimizer
  readonly #series: readonly (CounterSeries | LevelSeries)[]
  #step = 0

  constructor(clock?: () => number) {
    const time = clock === undefined ? {} : { clock }
    const engine = new Registry({ scope: { name: 'homeostat', version: '0' }, ...time })
    const registries = Array.from(
      { length: METRICS / METRICS_OF_REGISTRY },
      (_, index) => new Registry({ scope: { name: `plant-${index}`, version: '0' }, ...time }),
    )
    this.#series = Array.from({ length: METRICS }, (_, metric) => metric).flatMap(metric =>
      seriesOf(registries[Math.floor(metric / METRICS_OF_REGISTRY)]!, metric),
    )
    this.optimizer = new Optimizer({
      registries: [engine, ...registries],
      rules: Array.from({ length: RULES }, (_, index) => ruleOf(index)),
      responses: Array.from({ length: RESPONSES }, (_, index) => responseOf(index)),
      actions: [TOUCH],
      modeOf: () => 'act',
      environment: {},
      intervalMs: INTERVAL_MS,
      lookMs: LOOK_MS,
      ...time,
    })
    const [rejected] = this.optimizer.rules.rejected
    if (rejected) throw rejected
  }

  get series(): number {
    return this.#series.length
  }

  /** Requests go on: every series changes. */
  serve(): void {
    this.#step++
    for (let index = 0; index < this.#series.length; index++) {
      const series = this.#series[index]!
      if ('add' in series) series.add(1 + ((index + this.#step) % 7))
      else series.set(0.5 + 0.05 * ((index * 7 + this.#step) % 8))
    }
  }
}

/** Half are counters and half gauges; 100 series a metric. */
function seriesOf(registry: Registry, metric: number): (CounterSeries | LevelSeries)[] {
  const isCounter = metric % 2 === 0
  const definition: MetricDefinition = {
    name: nameOf(metric),
    kind: isCounter ? 'counter' : 'gauge',
    unit: '1',
    description: 'What a service measures',
    attributes: ['service', 'route'],
  }
  const instrument = isCounter ? registry.counter(definition) : registry.level(definition)
  return Array.from({ length: SERVICES * ROUTES }, (_, index) =>
    instrument.with({ service: `service-${Math.floor(index / ROUTES)}`, route: `/route/${index % ROUTES}` }),
  )
}

/** Two rules a metric, each over the half of its services; together they read every series. */
function ruleOf(index: number): RuleSource {
  const metric = Math.floor(index / 2)
  const services = index % 2 === 0 ? 'service-[0-4]' : 'service-[5-9]'
  const selector = `${inPromql(metric)}{service=~"${services}"}`
  const firing = index < FIRING * 4 && index % 4 === 2
  const expr =
    metric % 2 === 0
      ? `sum by (service) (rate(${selector}[1m])) > 1e9`
      : metric % 4 === 1
        ? `max by (service) (avg_over_time(${selector}[1m])) > ${firing ? 0.1 : 10}`
        : `${selector} > 10`
  return { alert: `Rule${index}`, expr, for: '30s', labels: { severity: 'high' } }
}

/** Every tenth rule has a response, with what it expects and what must not get worse. */
function responseOf(index: number): Response {
  const level = inPromql(2 * index + 1)
  const requests = inPromql(2 * index)
  return {
    to: { alert: `Rule${index * (RULES / RESPONSES)}` },
    action: TOUCH.name,
    priority: 'slo',
    expect: { expr: `max(${level})`, direction: 'down' },
    guards: [
      { expr: `avg(${level})`, notWorseThan: 0.1 },
      { expr: `sum(rate(${requests}[1m]))`, notWorseThan: 0.2, direction: 'down' },
    ],
  }
}

function nameOf(metric: number): string {
  return metric % 2 === 0 ? `plant.requests_${metric}` : `plant.level_${metric}`
}

function inPromql(metric: number): string {
  return metric % 2 === 0 ? `plant_requests_${metric}_total` : `plant_level_${metric}`
}
