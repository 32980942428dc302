import type { PlantSeries, TimeSpan } from './plant-spec.ts'

const HOUR_MS = 3_600_000

type LevelSpec = Pick<PlantSeries, 'level' | 'steps' | 'ramps' | 'periods' | 'driftPerHour'>

/** The level of a series at a time, without noise and effects. */
export function levelAt({ level: start, steps, ramps, periods, driftPerHour }: LevelSpec, atMs: number): number {
  const changes = [...steps.map(step => ({ ...step, forMs: 0 })), ...ramps].toSorted((a, b) => a.atMs - b.atMs)
  let level = start
  for (const { atMs: from, forMs, level: next } of changes) {
    if (atMs < from) break
    const share = forMs === 0 ? 1 : Math.min(1, (atMs - from) / forMs)
    level += share * (next - level)
  }
  const factors = periods
    .filter(({ everyMs, forMs }) => atMs >= 0 && atMs % everyMs < forMs)
    .map(({ factor }) => factor)
  return factors.reduce((product, factor) => product * factor, level + (driftPerHour * atMs) / HOUR_MS)
}

export function isWithin(spans: readonly TimeSpan[], atMs: number): boolean {
  return spans.some(span => atMs >= span.atMs && atMs < span.atMs + span.forMs)
}
