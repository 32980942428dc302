import type { Counts } from './quiet-ratio.ts'

/** Blocks of 10 s that say what the share is now: ten minutes, so that the daily course is followed. */
const RECENT = 60

/** Blocks put together when dispersion is measured: 10 s, 1 min, 3 min. */
const GROUPS = [1, 6, 18]
const FEWEST_GROUPS = 6

/** One-sided 90 %. */
const Z = 1.2816

export interface RatioBaseline {
  /** Share of bad cases when quiet: the upper end of what recent counts allow. */
  readonly p0: number
  /** How many times more the counts vary than coin flips would; at least 1. */
  readonly dispersion: number
  /** Cases that this process has counted. */
  readonly trials: number
}

/**
 * The quiet share and its dispersion. Errors come in bursts and services in correlated minutes, so evidence counted as
 * independent is divided by the dispersion, as in quasi-likelihood (McCullagh and Nelder, 1989, section 4.5).
 */
export function ratioBaseline(blocks: readonly Counts[], own: number = blocks.length): RatioBaseline {
  const dispersion = Math.max(1, ...GROUPS.map(size => dispersionOf(blocks, size)))
  const ownBlocks = blocks.slice(blocks.length - own)
  const { trials } = total(ownBlocks)
  if (trials <= 0) return { p0: 0, dispersion, trials: 0 }
  return { p0: upperShare(total(ownBlocks.slice(-RECENT)), dispersion), dispersion, trials }
}

/** Pearson's chi square over its degrees of freedom, less one standard error so that coin flips count as coin flips. */
function dispersionOf(blocks: readonly Counts[], size: number): number {
  const groups: Counts[] = []
  for (let at = blocks.length; at >= size; at -= size) groups.push(total(blocks.slice(at - size, at)))
  const busy = groups.filter(group => group.trials > 0)
  const { hits, trials } = total(busy)
  if (busy.length < FEWEST_GROUPS || hits === 0 || hits >= trials) return 1
  const p = hits / trials
  const chi2 = busy.reduce((sum, group) => sum + (group.hits - group.trials * p) ** 2 / (group.trials * p * (1 - p)), 0)
  const degrees = busy.length - 1
  return chi2 / degrees / (1 + Math.sqrt(2 / degrees))
}

/** Upper end of Wilson's interval (1927), with the number of cases divided by the dispersion. */
function upperShare({ hits, trials }: Counts, dispersion: number): number {
  const n = Math.max(1, trials) / dispersion
  const p = trials > 0 ? hits / trials : 0
  const centre = p + Z ** 2 / (2 * n)
  return Math.min(0.999, (centre + Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n * n))) / (1 + Z ** 2 / n))
}

function total(counts: readonly Counts[]): Counts {
  let hits = 0
  let trials = 0
  for (const each of counts) {
    hits += each.hits
    trials += each.trials
  }
  return { hits, trials }
}
