import type { Finding } from '../../check.ts'
import type { LiveCheck } from '../live-check.ts'
import type { LiveFacts, MetricFacts } from '../../../examination/live-facts.ts'

/** Half of the SDK's limit, above which it merges further series of a metric into one. */
const MANY_SERIES = 1000
const SERVER_DURATIONS = ['http.server.request.duration', 'http.server.duration']
/** These two measure different clients under one name: node:http and fetch. */
const SEPARATE = ['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-undici']
/** The instrumentations that name the route of a request, by framework. */
const ROUTERS: readonly (readonly [library: string, instrumentation: string])[] = [
  ['express', '@opentelemetry/instrumentation-express'],
  ['fastify', '@fastify/otel'],
  ['koa', '@opentelemetry/instrumentation-koa'],
  ['@nestjs/core', '@opentelemetry/instrumentation-nestjs-core'],
]

/** Faults that show in the metrics of the process. */
export const metricChecks: readonly LiveCheck[] = [
  {
    id: 'metric-doubled',
    what: 'Two scopes export a metric of the same name.',
    why: 'A sum over the name counts everything twice, unless the query selects one scope.',
    fix: 'Disable one of the two, or select by otel_scope_name.',
    find({ metrics, homeostats }) {
      const byName = new Map<string, MetricFacts[]>()
      for (const metric of metrics)
        if (metric.isObservable || metric.series > 0)
          byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric])
      const doubled = [...byName].flatMap(([name, each]): Finding[] => {
        const scopes = [...new Set(each.map(shownScope))]
        if (scopes.length < 2 || areSeparate(each)) return []
        return [
          {
            evidence: `${name} is exported by ${scopes.join(' and by ')}`,
            fix: `disable ${scopes[1] ?? ''}, or select otel_scope_name="${each[0]?.scope ?? ''}" in queries`,
          },
        ]
      })
      const byHomeostat = homeostats
        .flatMap(({ findings }) => findings)
        .filter(({ key }) => key.startsWith('doubled by '))
        .map(({ key, text }) => ({
          evidence: text,
          fix: `disable ${key.slice('doubled by '.length)}, or set HOMEOSTAT_EXPORT_DOUBLES=false`,
        }))
      return [...doubled, ...byHomeostat]
    },
  },
  {
    id: 'cardinality-high',
    what: 'A metric has very many series.',
    why: 'Memory, exports and the bill grow with each series. At its limit, 2,000 by default, the SDK puts all further ones into a single series, so that sums by attribute are wrong.',
    fix: 'Leave out the attribute that varies most, or replace its values with classes, with a view: `attributesProcessors: [createDenyListAttributesProcessor([...])]`.',
    find({ metrics }) {
      return metrics
        .filter(({ series, isOverflowing }) => series >= MANY_SERIES || isOverflowing)
        .toSorted((one, other) => other.series - one.series)
        .map(metric => {
          const [worst] = metric.varying.toSorted((one, other) => other.values - one.values)
          const most = worst ? `; ${worst.attribute} varies most, with ${worst.values} values` : ''
          return {
            evidence: `${metric.name} of ${shownScope(metric)} has ${metric.series} series${metric.isOverflowing ? ' and is at its limit' : ''}${most}`,
            fix: `the code that records ${metric.name}: leave out ${worst?.attribute ?? 'the attribute that varies'}, or remove it in a view`,
          }
        })
    },
  },
  {
    id: 'route-missing',
    what: 'No metric of the HTTP server has the attribute http.route.',
    why: 'All requests are one series, so nobody can see which route is slow or fails. The instrumentation of HTTP does not know routes; that of the framework adds them.',
    fix: "Register the instrumentation of the framework beside that of HTTP, or set the route yourself: `getRPCMetadata(context.active()).route = '/users/:id'`.",
    find({ metrics, packages = [] }) {
      return metrics
        .filter(({ name, routes }) => SERVER_DURATIONS.includes(name) && routes.unnamed > 0 && routes.named === 0)
        .map(metric => {
          const router = ROUTERS.find(([library]) => packages.some(({ name }) => name === library))
          return {
            evidence: `${metric.routes.unnamed} series of ${metric.name} of ${shownScope(metric)}, for responses other than 404, and none with http.route${router ? `; the application uses ${router[0]}` : ''}`,
            fix: router
              ? `register ${router[1]}, and look at the findings about instrumentations`
              : "where requests are handled: getRPCMetadata(context.active()).route = '/users/:id'",
          }
        })
    },
  },
]

function shownScope({ scope, scopeVersion }: MetricFacts): string {
  return scopeVersion === undefined ? scope : `${scope} ${scopeVersion}`
}

/** Whether metrics of one name count different things, e.g. commands of Postgres and of Redis. */
function areSeparate(metrics: LiveFacts['metrics']): boolean {
  if (metrics.every(({ scope }) => SEPARATE.includes(scope)) && new Set(metrics.map(({ scope }) => scope)).size > 1)
    return true
  const systems = metrics.flatMap(each => each.systems)
  return metrics.every(each => each.systems.length > 0) && new Set(systems).size === systems.length
}
