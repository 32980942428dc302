import { SHARE } from '../crossings.ts'
import type { Experience } from '../experience.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Rows } from './rows.ts'

/** In place of a duration that is not known. */
const NEVER = -1
const UNKNOWN_INTERVAL = 99
const FARTHEST = 20

/** How often and how regularly the series was above the limit, and how long ago. */
export class Episodes {
  /** Whether it was never above. */
  never = true
  /** Time since it was above; since the first sample when it never was. */
  sinceAboveMs = 0

  look(features: Rows, { nowMs }: SeriesHistory, { horizonMs, crossings }: Experience): void {
    const { shares, usualIntervalMs: usual, lastIntervalMs: lastInterval } = crossings
    const never = crossings.lastAboveMs < 0
    const since = nowMs - (never ? 0 : crossings.lastAboveMs)
    const sinceStart = nowMs - (never ? 0 : crossings.lastStartMs)
    this.never = never
    this.sinceAboveMs = since
    features.row('above1h', shares[SHARE.of1h]!)
    features.row('above6h', shares[SHARE.of6h]!)
    features.row('above24h', shares[SHARE.of24h]!)
    features.row('above7d', shares[SHARE.of7d]!)
    features.row('aboveAll', (crossings.samplesAbove + 0.1) / (crossings.samples + 2))
    features.row('episodes24h', crossings.dayEpisodes)
    features.row('sinceAbove', never ? NEVER : Math.log2(1 + since / horizonMs))
    features.row('sinceStart', never ? NEVER : Math.log2(1 + sinceStart / horizonMs))
    features.row('usualInterval', usual > 0 ? Math.log2(usual / horizonMs) : UNKNOWN_INTERVAL)
    features.row('phaseInterval', usual > 0 ? Math.min(sinceStart / usual, FARTHEST) : NEVER)
    features.row('lastLength', crossings.lastLengthMs / horizonMs)
    features.row('usualLength', crossings.usualLengthMs / horizonMs)
    features.row('lastInterval', lastInterval > 0 ? Math.min(sinceStart / lastInterval, FARTHEST) : NEVER)
  }
}
