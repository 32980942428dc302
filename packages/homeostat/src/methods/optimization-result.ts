import { type Optimizer } from '@homeostat/optimizer'
import { wallTime } from '@homeostat/optimizer/parts'

/** What `optimizePerformance()` did. */
export interface OptimizationResult {
  /** Actions that were started. */
  readonly optimizationsApplied: number
  readonly successful: number
  readonly failed: number
  /** ISO 8601. */
  readonly timestamp: string
}

type Tick = Awaited<ReturnType<Optimizer['tickAndWait']>>

export function optimizationResult({ entry }: Pick<Tick, 'entry'>, attempts: Tick['attempts']): OptimizationResult {
  const successful = attempts.filter(({ outcome }) => outcome.status === 'completed').length
  return {
    optimizationsApplied: attempts.length,
    successful,
    failed: attempts.length - successful,
    timestamp: new Date(wallTime(entry.now)).toISOString(),
  }
}
