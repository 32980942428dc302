import { fnv1a } from './fnv1a.ts'

/** A value and its time in ms since the epoch, or on any other clock that all episodes share. */
export type Sample = readonly [ms: number, value: number]

/** The arm of an episode: the action ran, or it was withheld. */
export type Arm = 'act' | 'control'

/**
 * One trial of one rule x action as the judge sees it: what was measured before the rule asked for the action, and after
 * the action (or, in a control, after the moment at which it would have been taken) once its effect has had time to settle.
 */
export interface Episode {
  /** When the arm was drawn; orders the episodes. ms since the epoch. */
  readonly at: number
  readonly before: readonly Sample[]
  readonly after: readonly Sample[]
  /** How many samples were due in `after`. @default the most that any episode has */
  readonly expected?: number
}

/** An episode that can be compared with others, in the order of time. */
export interface Measured {
  readonly arm: Arm
  readonly at: number
  /** Median of the finite samples before. */
  readonly before: number
  /** Finite samples after, ascending. */
  readonly after: Float64Array
  /** Mean of the worst quarter of the samples after, for either direction that is better. */
  readonly tail: { readonly up: number; readonly down: number }
  /** Equal for episodes that are copies of each other. */
  readonly print: string
  readonly due: number | undefined
  /** Number of samples in `after`, the missing ones included. */
  readonly given: number
  /** Mean times of the samples before and after; the episode's own time without samples. */
  readonly beforeAt: number
  readonly afterAt: number
}

/**
 * The usable episodes of both arms in the order of time, how many are not usable, and how many were handed in again. A ratio needs something to compare
 * with: an episode without a finite sample before, with a negative one, or with zeros only is left out. What is missing
 * *after* never makes an episode unusable: the action may be the cause.
 */
export function measure(
  acts: readonly Episode[],
  controls: readonly Episode[],
): { episodes: readonly Measured[]; unusable: number; repeated: number } {
  const numbered = [
    ...acts.map((episode, index) => ({ episode, index, arm: 'act' as const })),
    ...controls.map((episode, index) => ({ episode, index, arm: 'control' as const })),
  ]
  // Episodes of one time (several label sets, or a recording without times) alternate rather than stand arm after arm.
  numbered.sort((a, b) => a.episode.at - b.episode.at || a.index - b.index)
  const usable = numbered.flatMap(({ episode, arm }) => measuredOnce(episode, arm) ?? [])
  const episodes = once(usable)
  return { episodes, unusable: numbered.length - usable.length, repeated: usable.length - episodes.length }
}

/** An episode that is handed in again, by a retry or from two sources, proves nothing more; the copy with the most samples counts. */
function once(episodes: readonly Measured[]): readonly Measured[] {
  const fullest = new Map<string, Measured>()
  for (const episode of episodes) {
    const known = fullest.get(episode.print)
    if (known === undefined || known.after.length < episode.after.length) fullest.set(episode.print, episode)
  }
  return fullest.size === episodes.length ? episodes : [...fullest.values()]
}

/** The measures of each episode, kept: the judge runs after every trial, and episodes never change. */
const known = { act: new WeakMap<Episode, Known>(), control: new WeakMap<Episode, Known>() }

interface Known {
  readonly measured: Measured | undefined
}

function measuredOnce(episode: Episode, arm: Arm): Measured | undefined {
  let entry = known[arm].get(episode)
  if (entry === undefined) known[arm].set(episode, (entry = { measured: measured(episode, arm) }))
  return entry.measured
}

function measured({ at, before, after, expected }: Episode, arm: Arm): Measured | undefined {
  const start = finite(before)
  const end = finite(after)
  const values = ascending(start.map(([, value]) => value))
  const usable = Number.isFinite(at) && values.length > 0 && values[0]! >= 0 && values.at(-1)! > 0
  if (!usable) return undefined
  const sorted = ascending(end.map(([, value]) => value))
  return {
    arm,
    at,
    before: quantile(values, 0.5),
    after: sorted,
    tail: tailsOf(sorted),
    print: printOf(arm, at, start, end),
    due: expected,
    given: after.length,
    beforeAt: start.length === 0 ? at : mean(start.map(([ms]) => ms)),
    afterAt: end.length === 0 ? at : mean(end.map(([ms]) => ms)),
  }
}

/**
 * The samples before tell the episodes of one moment apart, as of several label sets; an episode that is handed in too early may lack
 * samples after. Only where all values before are equal do those after tell.
 */
function printOf(arm: Arm, at: number, start: readonly Sample[], end: readonly Sample[]): string {
  const isTelling = start.some(([, value]) => value !== start[0]![1])
  return `${arm} ${at} ${fnv1a((isTelling ? start : [...start, ...end]).join(' '))}`
}

/** The share of the samples after that counts as their tail. */
const TAIL = 0.25

/** The mean of the worst quarter of ascending values, for either direction that is better. */
export function tailsOf(sorted: Float64Array): Measured['tail'] {
  const count = Math.ceil(TAIL * sorted.length)
  return { up: meanOf(sorted.subarray(0, count)), down: meanOf(sorted.subarray(sorted.length - count)) }
}

/** Of numbers whose sum may be beyond the largest number. */
function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value / values.length, 0)
}

function finite(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(([ms, value]) => Number.isFinite(ms) && Number.isFinite(value))
}

export function ascending(values: Iterable<number>): Float64Array {
  // From an array it takes a fifth of the time that it takes from an iterator.
  const sorted = Array.isArray(values) ? new Float64Array(values) : Float64Array.from(values)
  sorted.sort()
  return sorted
}

/** The quantile of ascending values at a position from 0 (the lowest) to 1 (the highest), interpolated; NaN without values. */
export function quantile(values: Float64Array, position: number): number {
  const place = position * (values.length - 1)
  const low = values[Math.floor(place)] ?? Number.NaN
  const high = values[Math.ceil(place)] ?? Number.NaN
  const share = place - Math.floor(place)
  const gap = high - low
  // Two numbers may lie further apart than the largest number, and two infinite ones have no distance.
  if (Number.isFinite(gap)) return low + gap * share
  return low === high ? low : low * (1 - share) + high * share
}

/** The median of values in any order; NaN of none. */
export function median(values: Iterable<number>): number {
  return quantile(ascending(values), 0.5)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
