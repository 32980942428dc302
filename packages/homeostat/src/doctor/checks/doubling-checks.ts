import type { ApplicationFacts } from '../application-facts.ts'
import type { Check } from '../check.ts'
import { settingOf } from '../otel-variables.ts'
import { hasSdk, isInstalled, registerFlag, shownCopy } from '../sdk-in-use.ts'

const AUTO = '@opentelemetry/auto-instrumentations-node'
const RUNTIME = '@opentelemetry/instrumentation-runtime-node'
const AGENTS = ['dd-trace', 'newrelic', 'elastic-apm-node']

/** Packages that measure or register the same. */
export const doublingChecks: readonly Check[] = [
  {
    id: 'agent-beside-sdk',
    what: 'The agent of a vendor and an OpenTelemetry SDK are both started.',
    why: 'Both patch the same libraries and register providers. The second registration is refused, spans are counted twice, and Datadog advises against the pair.',
    fix: 'Start one of them. With dd-trace, set DD_METRICS_OTEL_ENABLED=true to use its meter provider.',
    find(facts) {
      const agents = facts.packages.filter(({ name, via }) => AGENTS.includes(name) && via === undefined)
      const starts = facts.events.find(({ kind }) => kind === 'start')
      const flag = registerFlag(facts)
      if (!flag && !starts) return []
      return agents
        .filter(({ name }) => facts.events.some(event => event.kind === 'load' && event.name.split('/')[0] === name))
        .map(agent => ({
          evidence: `${shownCopy(agent)} is loaded, and ${flag ? `${flag.name} ${flag.value}` : `${starts?.name} in ${starts?.file}:${starts?.line}`} starts an SDK`,
          fix: `remove ${agent.name} or the SDK from the start of the application`,
        }))
    },
  },
  {
    id: 'runtime-metrics-twice',
    what: 'prom-client and OpenTelemetry both measure the runtime.',
    why: 'Event-loop delay, heap and garbage collection are measured twice and stored under two names, and each has its own histogram of the event loop.',
    fix: 'Remove collectDefaultMetrics(), or disable the instrumentation runtime-node.',
    find(facts) {
      const mark = facts.marks.find(({ mark }) => mark === 'collectDefaultMetrics')
      const by = runtimeInstrumentation(facts)
      if (!mark || by === undefined) return []
      return [
        {
          evidence: `collectDefaultMetrics in ${mark.file}:${mark.line}, and ${by}`,
          fix: `${mark.file}:${mark.line}: remove collectDefaultMetrics(), or OTEL_NODE_DISABLED_INSTRUMENTATIONS=runtime-node`,
        },
      ]
    },
  },
  {
    id: 'database-metrics-twice',
    what: 'instrumentation-pg and @homeostat/pg export metrics of the same names.',
    why: 'Both export db.client.operation.duration and db.client.connection.*, so a sum over the name counts each query twice.',
    fix: 'Disable one of the two, select by otel_scope_name, or set exportDoubles: false.',
    find(facts) {
      const contrib = facts.packages.find(({ name }) => name === '@opentelemetry/instrumentation-pg')
      const own = facts.packages.find(({ name }) => name === '@homeostat/pg')
      if (!contrib || !own || !facts.manifest.dependencies.has('pg')) return []
      if (settingOf(facts, 'HOMEOSTAT_EXPORT_DOUBLES')?.value === 'false' || isDisabled(facts, 'pg')) return []
      if (!hasSdk(facts)) return []
      return [
        {
          evidence: `${shownCopy(contrib)}, and ${shownCopy(own)}`,
          fix: 'environment: OTEL_NODE_DISABLED_INSTRUMENTATIONS=pg, or HOMEOSTAT_EXPORT_DOUBLES=false',
        },
      ]
    },
  },
]

function runtimeInstrumentation(facts: ApplicationFacts): string | undefined {
  const mark = facts.marks.find(({ mark }) => mark === 'RuntimeNodeInstrumentation')
  if (mark) return `RuntimeNodeInstrumentation in ${mark.file}:${mark.line}`
  const flag = registerFlag(facts)
  if (!flag || isDisabled(facts, 'runtime-node') || !isInstalled(facts, AUTO) || !isInstalled(facts, RUNTIME))
    return undefined
  return `${flag.name} ${flag.value}, which contains runtime-node`
}

function isDisabled(facts: ApplicationFacts, name: string): boolean {
  const list = (variable: string): string[] | undefined =>
    settingOf(facts, variable)
      ?.value.split(',')
      .map(item => item.trim())
  const enabled = list('OTEL_NODE_ENABLED_INSTRUMENTATIONS')
  if (enabled && !enabled.includes(name)) return true
  return list('OTEL_NODE_DISABLED_INSTRUMENTATIONS')?.includes(name) === true
}
