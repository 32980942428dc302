import type { ApplicationFacts } from '../application-facts.ts'
import type { StaticCheck } from '../static-check.ts'
import { DISABLED_INSTRUMENTATIONS, ENABLED_INSTRUMENTATIONS, listOf, settingOf } from '../otel-variables.ts'
import { AUTO, hasSdk, isInstalled, registerFlag, shownCopy, shownFlag } from '../sdk-in-use.ts'
import { shownPlace, sourceMark } from '../source-mark.ts'

const RUNTIME = '@opentelemetry/instrumentation-runtime-node'
const AGENTS = ['dd-trace', 'newrelic', 'elastic-apm-node']

/** Packages that measure or register the same. */
export const doublingChecks: readonly StaticCheck[] = [
  {
    id: 'agent-beside-sdk',
    what: 'The agent of a vendor and an OpenTelemetry SDK are both started.',
    why: 'Both patch the same libraries and register providers. The second registration is refused, spans are counted twice, and Datadog advises against the pair.',
    fix: 'Start one of them. With dd-trace, set DD_METRICS_OTEL_ENABLED=true to use its meter provider.',
    find(facts) {
      const agents = facts.packages.filter(({ name, via }) => AGENTS.includes(name) && via === undefined)
      const start = facts.events.find(({ kind }) => kind === 'start')
      const flag = registerFlag(facts)
      const starter = flag ? shownFlag(flag) : start && `${start.name} in ${shownPlace(start)}`
      if (starter === undefined) return []
      return agents
        .filter(({ name }) => facts.events.some(event => event.kind === 'load' && event.name.split('/')[0] === name))
        .map(agent => ({
          evidence: `${shownCopy(agent)} is loaded, and ${starter} starts an SDK`,
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
      const mark = sourceMark(facts, 'collectDefaultMetrics')
      const by = runtimeInstrumentation(facts)
      if (!mark || by === undefined) return []
      return [
        {
          evidence: `collectDefaultMetrics in ${shownPlace(mark)}, and ${by}`,
          fix: `${shownPlace(mark)}: remove collectDefaultMetrics(), or OTEL_NODE_DISABLED_INSTRUMENTATIONS=runtime-node`,
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
  const mark = sourceMark(facts, 'RuntimeNodeInstrumentation')
  if (mark) return `RuntimeNodeInstrumentation in ${shownPlace(mark)}`
  const flag = registerFlag(facts)
  if (!flag || isDisabled(facts, 'runtime-node') || !isInstalled(facts, AUTO) || !isInstalled(facts, RUNTIME))
    return undefined
  return `${shownFlag(flag)}, which contains runtime-node`
}

function isDisabled(facts: ApplicationFacts, name: string): boolean {
  const enabled = settingOf(facts, ENABLED_INSTRUMENTATIONS)
  if (enabled && !listOf(enabled).includes(name)) return true
  return listOf(settingOf(facts, DISABLED_INSTRUMENTATIONS)).includes(name)
}
