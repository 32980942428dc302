import { createRandom } from '@homeostat/signals/random'
// The forecaster's training reads the same data. It is not published, so it is imported by its path.
import type { Series } from '../../../../packages/forecast/training/series.ts'

export type { Series } from '../../../../packages/forecast/training/series.ts'
export { readSeries } from '../../../../packages/forecast/training/series.ts'

const MINUTE_MS = 60_000

/** A few weeks of four made-up machines: a day's rhythm, a job by the clock, a slow leak with restarts, bursts. */
export function generateSeries(days: number): Series[] {
  const kinds = ['cpu', 'memory', 'database', 'network'] as const
  return kinds.map((kind, k): Series => {
    const next = createRandom(k + 1)
    const n = days * 1440
    const values = new Float64Array(n)
    let walk = 0
    let burst = 0
    for (let i = 0; i < n; i++) {
      walk = 0.98 * walk + 0.02 * (next() - 0.5) * 8
      burst = next() < 1 / 300 ? 0.3 * next() + 0.1 : burst * 0.9
      const day = 0.15 * Math.sin((2 * Math.PI * i) / 1440)
      const job = kind === 'database' && i % 60 < 4 ? 0.35 : 0
      const leak = kind === 'memory' ? ((i % 700) / 700) * 0.4 : 0
      values[i] = Math.max(0, 0.3 + day + 0.1 * walk + burst + job + leak + 0.02 * (next() - 0.5))
    }
    const half = n >> 1
    const sorted = values.slice(0, half).toSorted()
    const thresholds = [95, 99].map(q => ({ name: `p${q}`, value: sorted[Math.floor((q / 100) * half)]! }))
    const unit = kind === 'network' ? 'abs' : 'ratio'
    return {
      id: `made-${kind}`,
      kind,
      unit,
      intervalMs: MINUTE_MS,
      start: 1_560_000_000_000,
      scoreFrom: half,
      thresholds,
      values,
    }
  })
}
