import type { Response } from '@homeostat/optimizer'
import { memoryUtilization } from './expressions.ts'

/** What to do about the alerts in `rules.ts`. */
export const responses: readonly Response[] = [
  {
    to: { alert: 'MemoryPressure' },
    action: 'memory.cleanup',
    priority: 'safety',
    cooldownMs: 60_000,
    timeoutMs: 10_000,
    expect: {
      expr: memoryUtilization,
      direction: 'down',
      worth: 0.05,
      // Pages that a collection frees go back to the system 6 to 12 s later on Node 24 (measured on glibc).
      settleMs: 30_000,
      windowMs: 30_000,
    },
  },
]
