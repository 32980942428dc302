import { connectionLimit, operationP95, slowStatements, usedConnections } from '@homeostat/pg/expressions'
import { containerMemory, processMemory } from '@homeostat/runtime/expressions'
import { attributes, metrics, promName, promScope } from '@homeostat/semconv'
import { serviceP95 } from './expressions.ts'
import type { ForecastTarget } from './forecast-target.ts'

const SOURCE = promName(attributes.limitSource)
const DATABASE_SCOPE = promScope('@homeostat/pg')
const OPERATIONS = promName(metrics.dbOperationDuration)

/** Over a minute: a forecast is about load that lasts, and so is the rule `CpuSaturated`, which waits for half a minute. */
const RUNTIME_SCOPE = promScope('@homeostat/runtime')
const minuteOf = (metric: string, matcher = ''): string =>
  `max(avg_over_time(${metric}{${RUNTIME_SCOPE}${matcher}}[1m]))`

const PROCESS_CPU = minuteOf(promName(metrics.processCpuUtilization))
const LOOP_TIME = `max(${promName(metrics.eventLoopUtilization)}{${RUNTIME_SCOPE}})`
/** The event loop's share of the time, unless it uses hardly any CPU itself: then it waits, for others or in a synchronous call. */
const LOOP = `(${LOOP_TIME} unless ${minuteOf(promName(metrics.eventLoopCpuUtilization))} < 0.25 * ${LOOP_TIME})`
/** The container's use of its quota, unless it is hardly of our doing. */
const QUOTA = `(${minuteOf(promName(metrics.cpuUtilization), `, ${SOURCE}="cgroup"`)} unless ${PROCESS_CPU} < 0.05)`

const asPart = (part: string, expr: string): string => `label_replace(${expr}, "part", "${part}", "", "")`

/**
 * The targets that are forecast unless the options say otherwise: the conditions that the rules of the other packages watch
 * (`CpuSaturated`, `MemoryPressure`, `SlowQueries`), the use of connection pools, and the times that databases and other
 * services take to answer.
 */
export const defaultTargets: readonly ForecastTarget[] = [
  {
    name: 'cpu',
    resource: 'cpu',
    // The load of the host says nothing about us. The labels keep apart what would otherwise be one series of the three.
    expr: `max(${asPart('loop', LOOP)} or ${asPart('process', PROCESS_CPU)} or ${asPart('container', QUOTA)})`,
    above: 0.9,
    unit: 'ratio',
  },
  {
    name: 'memory',
    resource: 'memory',
    expr: `max(${processMemory} or ${containerMemory})`,
    above: 0.8,
    unit: 'ratio',
  },
  {
    name: 'database.pool',
    resource: 'database',
    expr: `max(${usedConnections} / (${connectionLimit} > 0))`,
    above: 0.9,
    unit: 'ratio',
  },
  {
    name: 'database.p95',
    resource: 'database',
    expr: operationP95,
    above: 0.5,
    unit: 's',
  },
  {
    name: 'database.slow_queries',
    resource: 'database',
    // Before the first slow statement there is no such series: a database that is used counts 0 then.
    expr: `max(${slowStatements} or 0 * sum(${OPERATIONS}_count{${DATABASE_SCOPE}}))`,
    above: 10,
  },
  {
    name: 'network',
    resource: 'network',
    expr: `max(${serviceP95})`,
    above: 1,
    unit: 's',
  },
]
