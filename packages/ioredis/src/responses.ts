import type { Response } from '@homeostat/optimizer'
import { hitRatio } from './expressions.ts'

/** What to do about the package's alerts. */
export const responses: readonly Response[] = [
  {
    to: { alert: 'CacheHitRatioLow' },
    action: 'cache.warm',
    priority: 'efficiency',
    cooldownMs: 120_000,
    // The ratio looks back over one minute, so the lookups from before the warming must have left it.
    expect: { expr: hitRatio, direction: 'up', worth: 0.1, settleMs: 60_000, windowMs: 60_000 },
  },
]
