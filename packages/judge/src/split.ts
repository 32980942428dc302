import { type Sample, median } from './episode.ts'
import { judgePairs, type PairedJudgement, type SideBySide } from './paired.ts'
import { WORTH } from './worth.ts'

/** The blocks of a concurrent split, and what counts as an effect. */
export interface SplitInput {
  /**
   * One block of time after the other: what the units of each arm measured in it. Each block deals its units with a salt
   * of its own (see `bucketOf`), unless `baseline` is given.
   */
  readonly blocks: readonly SideBySide[]
  /**
   * For a split that keeps its units, as an effect that builds up needs (a warmed cache): as many blocks with the same units
   * before the action began. The arms' own difference is taken from them.
   */
  readonly baseline?: readonly SideBySide[]
  readonly direction: 'up' | 'down'
  /** @default 0.15 */
  readonly worth?: number
}

/**
 * Judges an action on half of the units of one process (keys, requests, routes, fingerprints, job ids) against the other
 * half at the same time. Load, hour and neighbours meet both halves alike, so that minutes are enough.
 *
 * @example
 * ```ts
 * judgeSplit({ blocks, direction: 'down' }).verdict
 * ```
 */
export function judgeSplit({ blocks, baseline, direction, worth = WORTH }: SplitInput): PairedJudgement {
  if (baseline === undefined) return judgePairs(blocks, direction, worth)
  const size = Math.min(blocks.length, baseline.length)
  const own = baseline.slice(-size).map(ratio)
  // The units' own difference, block by block, is divided out of the act side; neighbours that resemble each other become one.
  const adjusted = blocks.slice(0, size).map(({ act, control }, index) => ({ act: scaled(act, own[index]!), control }))
  return judgePairs(merged(adjusted), direction, worth)
}

function ratio({ act, control }: SideBySide): number {
  return middle(act) / middle(control)
}

function scaled(samples: readonly Sample[], by: number): readonly Sample[] {
  return samples.map(([ms, value]) => [ms, value / by])
}

/** Joins neighbouring blocks until they are independent: units keep their level for longer than a block. */
function merged(blocks: readonly SideBySide[]): readonly SideBySide[] {
  if (blocks.length < 12 || resemblance(blocks.map(ratio).filter(Number.isFinite)) < 1 / Math.sqrt(blocks.length))
    return blocks
  const joined: SideBySide[] = []
  for (let index = 0; index + 1 < blocks.length; index += 2) {
    const [one, next] = [blocks[index]!, blocks[index + 1]!]
    joined.push({ act: [...one.act, ...next.act], control: [...one.control, ...next.control] })
  }
  return merged(joined)
}

/** Lag-1 autocorrelation. */
function resemblance(values: readonly number[]): number {
  const center = median(values)
  let covariance = 0
  let variance = 0
  for (const [index, value] of values.entries()) {
    variance += (value - center) ** 2
    if (index > 0) covariance += (value - center) * (values[index - 1]! - center)
  }
  return variance === 0 ? 0 : covariance / variance
}

function middle(samples: readonly Sample[]): number {
  return median(samples.map(([, value]) => value).filter(Number.isFinite))
}
