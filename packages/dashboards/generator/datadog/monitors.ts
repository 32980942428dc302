import type { Rule } from '@homeostat/promql'
import { attributes as a, metrics as m } from '@homeostat/semconv'
import { level, rate, share, total, worst } from '../query.ts'
import { datadogMonitor, type Monitor } from './monitor.ts'

const ahead = (alert: string, resource: string): Monitor => ({
  alert,
  query: worst(m.forecastProbability, {
    by: [a.forecastTarget, a.forecastHorizon],
    where: { [a.forecastResource]: resource },
  }),
  window: 'last_1m',
})

const MONITORS: readonly Monitor[] = [
  {
    alert: 'MemoryPressure',
    query: worst(m.memoryUtilization, { by: [a.memoryArea], where: { [a.memoryArea]: ['process', 'heap'] } }),
    window: 'last_5m',
  },
  {
    alert: 'MemoryPressure',
    half: 'container',
    query: worst(m.memoryUtilization, {
      by: [a.memoryArea],
      where: { [a.memoryArea]: 'container', [a.limitSource]: 'cgroup' },
    }),
    window: 'last_5m',
  },
  { alert: 'EventLoopDelayed', query: worst(m.eventLoopDelayP99), window: 'last_5m' },
  {
    alert: 'CacheHitRatioLow',
    query: share(
      rate(m.cacheRequests, { by: [a.cacheName], where: { [a.cacheResult]: 'hit' } }),
      rate(m.cacheRequests, { by: [a.cacheName] }),
    ),
    window: 'last_5m',
  },
  { alert: 'QueueBacklog', query: worst(m.queueOldestWaitingAge, { by: [a.queueName] }), window: 'last_5m' },
  { alert: 'SlowQueries', query: total(m.dbSlowQueries, { by: [a.dbNamespace] }), window: 'last_1m' },
  { alert: 'AnswersHeld', query: total(m.dbHeldAnswers, { by: [a.dbNamespace] }), window: 'last_1m' },
  { alert: 'LocksHeld', query: total(m.dbLockWaits, { by: [a.dbNamespace] }), window: 'last_5m' },
  { alert: 'PoolExhausted', query: worst(m.dbConnectionPending, { by: [a.dbPoolName] }), window: 'last_5m' },
  { alert: 'ConnectionsLeaked', query: level(m.dbConnectionLeaked, { by: [a.dbPoolName] }), window: 'last_1m' },
  { alert: 'NetworkBottleneck', query: worst(m.networkUtilization, { by: [a.networkIoDirection] }), window: 'last_5m' },
  {
    alert: 'RequestsShed',
    query: total(m.httpShedRequests, {
      by: [a.httpRoute, a.httpShedReason],
      where: { [a.httpShedOutcome]: 'refused' },
    }),
    window: 'last_1m',
  },
  {
    alert: 'ExternalServiceDown',
    query: worst(m.httpClientHealth, { by: [a.serverAddress, a.serverPort], where: { [a.httpHealthState]: 'down' } }),
    window: 'last_1m',
    limit: { operator: '>', value: 0 },
  },
  ahead('CpuBottleneckAhead', 'cpu'),
  ahead('MemoryBottleneckAhead', 'memory'),
  ahead('DatabaseBottleneckAhead', 'database'),
  ahead('NetworkBottleneckAhead', 'network'),
  {
    alert: 'HomeostatSilent',
    query: total(m.heartbeat),
    window: 'last_5m',
    // No ticks at all: less than one.
    limit: { operator: '<', value: 1 },
    silentMinutes: 15,
  },
  {
    alert: 'HomeostatActionHarmful',
    query: total(m.verdicts, { by: [a.actionName], where: { [a.verdict]: 'harmful' } }),
    window: 'last_15m',
    limit: { operator: '>', value: 0 },
  },
  {
    alert: 'HomeostatRevertFailed',
    query: total(m.reverts, { by: [a.actionName], where: { [a.revertResult]: 'failed' } }),
    window: 'last_15m',
    limit: { operator: '>', value: 0 },
  },
  { alert: 'HomeostatFailing', query: total(m.errors, { by: [a.component] }), window: 'last_15m' },
]

/** The monitors, each for a rule of the same name. */
export function datadogMonitors(rules: readonly Rule[]): readonly object[] {
  return MONITORS.map(monitor => {
    const rule = rules.find(({ alert }) => alert === monitor.alert)
    if (rule === undefined) throw new Error(`there is no rule ${monitor.alert}`)
    return datadogMonitor(monitor, rule)
  })
}
