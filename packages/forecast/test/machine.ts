import type { Forecaster } from '../src/forecaster.ts'
import { create } from '../src/index.ts'
import { createRandom } from '@homeostat/signals/random'

export { createRandom } from '@homeostat/signals/random'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** Midnight of a Thursday. */
export const START = 1_767_830_400_000
export const LIMIT = 0.7
export const HORIZON = 15 * MINUTE

export function forecaster(options: Partial<Parameters<typeof create>[0]> = {}): Forecaster {
  return create({
    kind: 'cpu',
    unit: 'ratio',
    intervalMs: MINUTE,
    thresholds: [LIMIT],
    horizonsMs: [HORIZON],
    ...options,
  })
}

/** A machine that idles noisily and is busy for three minutes at the given minute of every hour. */
export function hourlyJob(minute: number, seed = 1): (timestampMs: number) => number {
  const next = createRandom(seed)
  return timestampMs => {
    const now = Math.floor(timestampMs / MINUTE) % 60
    return (now >= minute && now < minute + 3 ? 0.8 : 0.3) + 0.05 * next()
  }
}

/** Feeds a sample a minute; the next time to go on from is handed back. */
export function feed(
  target: Forecaster,
  value: (timestampMs: number) => number,
  from: number,
  durationMs: number,
  intervalMs = MINUTE,
): number {
  for (let at = from; at < from + durationMs; at += intervalMs) target.observe(at, value(at))
  return from + durationMs
}
