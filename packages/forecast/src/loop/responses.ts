import type { Response } from '@homeostat/optimizer'
import { processCpuUtilization } from '@homeostat/runtime/expressions'
import { attributes, metrics, promName } from '@homeostat/semconv'
import type { ReadOptions } from './domain-options.ts'
import type { Resource } from './resource.ts'
import { aheadOf, COME, notYet, overFor, proven, TARGET, UNPROVEN } from './rules.ts'

const RESULT = promName(attributes.cacheResult)
const LOOKUPS = promName(metrics.cacheRequests)
const lookups = `sum(rate(${LOOKUPS}[1m]))`
const misses = `sum(rate(${LOOKUPS}{${RESULT}!="hit"}[1m]))`

type Measure = Pick<Response, 'action' | 'cooldownMs' | 'options' | 'expect' | 'guards'>

/**
 * The responses to a predicted bottleneck. Actions that no package in use provides are refused with `no such action`, which tells
 * what would have been done.
 */
function measuresFor(resource: Resource, expr: string): readonly Measure[] {
  switch (resource) {
    case 'cpu':
      return [
        {
          action: 'queue.rescheduleHeavyTasks',
          // Half of the loop for heavy jobs. One loop, which the action sets by itself, only changes their order, and uses as much CPU.
          options: { to: 0.5 },
          // A bottleneck that still threatens has to be held off again; the budget bounds how often.
          cooldownMs: 60_000,
          // The use is a mean of one minute.
          expect: { expr, direction: 'down', worth: 0.1, settleMs: 90_000, windowMs: 120_000 },
          // That jobs wait is what it does: with half of the loop for heavy jobs a busy queue falls behind by half of the time that passes,
          // 7.5 min over the default horizon. Beyond that, and three times as long as usual, is too long.
          guards: [{ expr: `max(${promName(metrics.queueOldestWaitingAge)})`, notWorseThan: 2, floor: 150 }],
        },
      ]
    case 'memory':
      return [
        {
          action: 'memory.cleanup',
          // Pages that a collection frees go back to the system 6 to 12 s later on Node 24.
          expect: { expr, direction: 'down', worth: 0.05, settleMs: 30_000, windowMs: 60_000 },
        },
        {
          action: 'cache.resize',
          options: { to: 0.7 },
          expect: { expr, direction: 'down', worth: 0.05, settleMs: 60_000, windowMs: 120_000 },
          guards: [{ expr: `${misses} / ${lookups}`, denominator: lookups, notWorseThan: 0.1 }],
        },
      ]
    case 'database':
      return [{ action: 'replica.weight', options: { by: 0.25 } }]
    case 'network':
      return [
        {
          action: 'http.compression',
          options: { by: 1 },
          expect: { expr, direction: 'down', worth: 0.02, settleMs: 60_000, windowMs: 120_000 },
          // More compression is CPU time for bytes.
          guards: [{ expr: processCpuUtilization, notWorseThan: 0.3, floor: 0.5 }],
        },
        { action: 'cdn.warmPopularContent' },
      ]
  }
}

/** The preventive responses to the alerts of `rules.ts`. */
export function responses(options: Pick<ReadOptions, 'targets' | 'limits'>): readonly Response[] {
  return options.targets.flatMap(({ name, resource, expr }) =>
    measuresFor(resource, expr).map((measure): Response => ({
      // The action should change the value that this target measures.
      to: { alert: aheadOf(resource), labels: { [TARGET]: name } },
      priority: 'slo',
      preventive: true,
      requires: [
        { expr: proven, otherwise: UNPROVEN },
        { expr: notYet, otherwise: COME },
      ],
      clear: overFor(resource, options),
      ...measure,
    })),
  )
}
