import type { Rule } from '@homeostat/optimizer'
import { loopUtilization, processIsSaturated } from '@homeostat/runtime/expressions'
import { compressionUtilization } from '../expressions.ts'

/** Alerts on compression. */
export const compressionRules: readonly Rule[] = [
  {
    alert: 'CompressionCostly',
    expr: `${compressionUtilization} > 0.1 and on () (${loopUtilization} > 0.9 or ${processIsSaturated})`,
    for: '30s',
    keepFiringFor: '1m',
    labels: { severity: 'medium' },
    annotations: {
      summary:
        'compression of responses keeps {{ $value | printf "%.2f" }} CPUs busy, while this process has none to spare',
      description:
        'A lower level sends a few percent more bytes for much less CPU time: compare homeostat.http.compression.plain, .sent and .duration by route.',
    },
  },
]
