import type { Knob } from '@homeostat/optimizer'
import { fieldOf } from '@homeostat/signals/options'
import { type Compression, processCompression } from './compression.ts'
import { LAST_STEP, OFF } from './compression-steps.ts'

/**
 * The knob `http.compression`: how much CPU time compression may use for fewer bytes, in steps from 0 (nothing is compressed) over 2 (the
 * default: zstd-3, br-4, gzip-6) to 5 (zstd-12, br-7, gzip-9). Each class of routes gets the level up to there that sends the fewest of its
 * bytes. A change holds from the next response on.
 *
 * A split by request compares two steps at the same time.
 *
 * @param compression - @default that of the process, which all adapters use
 */
export function createCompressionKnob(compression: Compression = processCompression): Knob {
  return {
    name: 'http.compression',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: OFF, max: LAST_STEP, grain: 1 },
    touches: ['network'],
    raises: ['cpu'],
    lowers: ['network'],
    risk: 1,
    unready: options => unready(compression, options),
    read: () => compression.step,
    compareAndSet(expected, next) {
      if (compression.step !== expected) return false
      compression.set(next)
      return true
    },
    divide: (arms, control) => compression.divide(arms, control),
  }
}

function unready(compression: Compression, options: unknown): string | undefined {
  if (!compression.isUsed)
    return 'this application does not compress through Homeostat: see compressionForFastify, compressionForExpress and compressionForNode'
  const from = compression.step
  const by = fieldOf(options, 'by')
  if (typeof by !== 'number') return undefined
  const to = Math.min(LAST_STEP, Math.max(OFF, from + by))
  if (to === from) return `compression is at its ${to === OFF ? 'first' : 'last'} step`
  const classes = [...compression.classes]
  if (to > from && classes.length > 0 && !classes.some(({ measurements }) => measurements.isMovedBy(from, to)))
    return `step ${to} makes the bodies of no route smaller than step ${from}`
  return undefined
}
