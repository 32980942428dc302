import { INTERVAL_MS } from './live.ts'
import type { Act, Counts, Diary } from './diary.ts'
import { count } from './diary.ts'

const HORIZON_MS = 15 * 60_000
const LEAD_MS = 60_000
const DAY_MS = 86_400_000

/** What prevention has achieved; numbers add up over services. */
export interface Score {
  /** Episodes in which the limit is reached when nobody acts. */
  ramps: number
  /** Those before which something was done in good time. */
  prevented: number
  /** Those for which the first decision was to withhold the action, as a control. */
  withheld: number
  /** Ramps that were not withheld and on which an action came too late for the lead that counts. */
  late: number
  acts: number
  controls: number
  falseActs: number
  days: number
  leadsMs: number[]
  readonly minutesOver: { nothing: number; reactive: number; preventive: number }
}

/** What one service has shown: with the learning, and after it. */
export interface Outcome {
  readonly all: Score
  readonly learned: Score
  /** For the part of the run that is `learned`. */
  readonly learnedAfterMs: number
  readonly skill: number | undefined
  readonly reactiveRuns: { readonly reactive: number; readonly preventive: number }
  readonly refusals: Counts
  readonly verdicts: Counts
  readonly reverts: Counts
  readonly quarantines: Counts
}

export interface Lives {
  readonly nothing: Diary
  readonly reactive: Diary
  readonly preventive: Diary
}

/** Compares what came with what would have come. */
export function outcomeOf(lives: Lives, days: number): Outcome {
  const { preventive, reactive } = lives
  const { learnedAt, skill, refusals, verdicts, reverts, quarantines } = preventive
  return {
    all: scoreOf(lives, 0, days * DAY_MS),
    learned: scoreOf(lives, Math.min(learnedAt, days * DAY_MS), days * DAY_MS),
    learnedAfterMs: learnedAt,
    skill,
    reactiveRuns: { reactive: reactive.reactiveRuns, preventive: preventive.reactiveRuns },
    refusals,
    verdicts,
    reverts,
    quarantines,
  }
}

function scoreOf({ nothing, reactive, preventive }: Lives, from: number, to: number): Score {
  const isIn = (at: number): boolean => at >= from && at < to
  const minutes = ({ over }: Diary): number => (over.filter(isIn).length * INTERVAL_MS) / 60_000
  const acts = preventive.acts.filter(({ at }) => isIn(at))
  const made = acts.filter(({ arm }) => arm === 'act')
  const score: Score = {
    ...noScore(),
    acts: made.length,
    controls: acts.length - made.length,
    // An act is not false if the limit was exceeded when it ran, or soon after.
    falseActs: made.filter(({ at }) => !nothing.over.some(over => over >= at && over <= at + HORIZON_MS)).length,
    days: (to - from) / DAY_MS,
    minutesOver: { nothing: minutes(nothing), reactive: minutes(reactive), preventive: minutes(preventive) },
  }
  for (const crossing of crossingsOf(nothing).filter(isIn)) addRamp(score, preventive.acts, crossing)
  return score
}

function addRamp(score: Score, acts: readonly Act[], crossing: number): void {
  score.ramps++
  const before = acts.filter(({ at, until }) => at < crossing && Math.max(at + HORIZON_MS, until) >= crossing)
  if (before[0]?.arm === 'control') score.withheld++
  const first = before[0]?.arm === 'act' ? before[0] : undefined
  if (!first) return
  const leadMs = crossing - first.at
  score.leadsMs.push(leadMs)
  if (leadMs >= LEAD_MS) score.prevented++
  else score.late++
}

/**
 * When the limit is reached. What comes back within a horizon is one episode: that it would come back is easily said, and would
 * count for nothing.
 */
function crossingsOf({ over }: Diary): number[] {
  return over.filter((at, index) => at - (over[index - 1] ?? Number.NEGATIVE_INFINITY) > HORIZON_MS)
}

export function noScore(): Score {
  return {
    ramps: 0,
    prevented: 0,
    withheld: 0,
    late: 0,
    acts: 0,
    controls: 0,
    falseActs: 0,
    days: 0,
    leadsMs: [],
    minutesOver: { nothing: 0, reactive: 0, preventive: 0 },
  }
}

/** The sum over services. */
export function sumOf(scores: readonly Score[]): Score {
  const sum = noScore()
  for (const { leadsMs, minutesOver, ...counts } of scores) {
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) sum[name] += counts[name]
    for (const name of ['nothing', 'reactive', 'preventive'] as const) sum.minutesOver[name] += minutesOver[name]
    sum.leadsMs.push(...leadsMs)
  }
  return sum
}

export function totalOf(all: readonly Counts[]): Counts {
  const total: Counts = {}
  for (const counts of all) for (const [name, by] of Object.entries(counts)) count(total, name, by)
  return total
}
