import type { Response } from '@homeostat/optimizer'
import { hitRatioByArm } from './expressions.ts'

/** What to do about the package's alerts. */
export const responses: readonly Response[] = [
  {
    to: { alert: 'CacheHitRatioLow' },
    action: 'cache.warm',
    priority: 'efficiency',
    cooldownMs: 120_000,
    // The ratio looks back over one minute, so the lookups from before the warming must have left it.
    expect: { expr: hitRatioByArm, direction: 'up', worth: 0.1, settleMs: 60_000, windowMs: 60_000 },
    // Half of the keys are left alone. Traffic fills them meanwhile, so that the blocks are short.
    design: { kind: 'split', blocks: 10, blockMs: 10_000 },
  },
]
