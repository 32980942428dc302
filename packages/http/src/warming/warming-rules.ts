import type { Response, Rule } from '@homeostat/optimizer'
import { loopUtilization } from '@homeostat/runtime/expressions'
import { originMisses, originMissesAreKnown, originMissesByArm } from '../expressions.ts'

/** Alerts on the edge. */
export const warmingRules: readonly Rule[] = [
  {
    alert: 'EdgeWentCold',
    // Three times as many as usual: after a purge, a deployment or a failover of the edge.
    expr: `${originMisses('30s')} > 3 * ${originMisses('15m')} and on () ${originMisses('30s')} > 1 and on () ${originMissesAreKnown}`,
    for: '0s',
    keepFiringFor: '5m',
    labels: { severity: 'medium' },
    annotations: {
      summary:
        '{{ $value | printf "%.1f" }} requests per second for content that the edge may keep reach this origin, three times as many as usual',
      description:
        'The edge does not have what it usually has: look for a purge, a deployment that changes URLs, or a shorter s-maxage.',
    },
  },
]

/** What to do about a cold edge. */
export const warmingResponses: readonly Response[] = [
  {
    to: { alert: 'EdgeWentCold' },
    action: 'cdn.warmPopularContent',
    priority: 'slo',
    timeoutMs: 60_000,
    requires: [
      {
        expr: `absent(${loopUtilization} > 0.8)`,
        otherwise: 'the event loop of this process is busy, and warming sends it more requests',
      },
    ],
    // The halves are dealt anew each minute.
    expect: { expr: originMissesByArm, direction: 'down', worth: 0.2, settleMs: 30_000 },
    design: { kind: 'split', blocks: 8, blockMs: 60_000 },
  },
]
