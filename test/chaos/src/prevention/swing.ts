import { gaussian } from '@homeostat/lab/scenarios'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS

/** Load that climbs, stays and goes back. */
export interface Swing {
  readonly at: number
  readonly riseMs: number
  readonly holdMs: number
  readonly fallMs: number
  /** The level it climbs to. */
  readonly peak: number
}

/** Where a resource's load usually is, and where its swings take it. */
export interface Habits {
  /** Level at night, and what the middle of the day adds. */
  readonly base: number
  readonly day: number
  readonly limit: number
  /** Peaks of what goes over the limit, evenly between. */
  readonly peaks: readonly [number, number]
}

/**
 * How often what happens; the same for every resource, and chosen before the first run: several ramps a day, half of them at
 * hours that return (batch jobs, deploys), one in four of all climbs turns back by itself.
 */
const A_DAY = { recurring: 3, random: 3, turningBack: 2, bursts: 12 }
const RISE_MIN = [10, 40] as const
const HOLD_MIN = [5, 20] as const
const FALL_MIN = [5, 15] as const
/** How far on the way to the limit those that turn back come. */
const TURN = [0.5, 0.95] as const
/** Seconds that a burst lasts, and how far towards the limit it goes. */
const BURST_S = [20, 90] as const
const BURST_HEIGHT = [0.2, 0.8] as const
/** Minutes (standard deviation) by which what recurs comes early or late. */
const JITTER_MIN = 2

/** Everything that will happen to one resource in so many days. */
export function drawSwings(habits: Habits, days: number, random: () => number): Swing[] {
  const { base, limit, peaks } = habits
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random()
  const climb = (at: number, peak: number): Swing => ({
    at,
    riseMs: between(RISE_MIN) * MINUTE_MS,
    holdMs: between(HOLD_MIN) * MINUTE_MS,
    fallMs: between(FALL_MIN) * MINUTE_MS,
    peak,
  })
  const times = (aDay: number): number[] => {
    const all: number[] = []
    const next = (): number => (-Math.log(1 - random()) * DAY_MS) / aDay
    for (let at = next(); at < days * DAY_MS; at += next()) all.push(at)
    return all
  }
  const hours = Array.from({ length: A_DAY.recurring }, () => random() * DAY_MS)
  const recurring = Array.from({ length: days }, (_, day) =>
    hours.map(hour => day * DAY_MS + hour + gaussian(random) * JITTER_MIN * MINUTE_MS),
  ).flat()
  const reaching = [...recurring, ...times(A_DAY.random)].map(at => climb(at, between(peaks)))
  const back = times(A_DAY.turningBack).map(at => {
    const { peak, ...rest } = climb(at, base + between(TURN) * (limit - base))
    return { ...rest, holdMs: 0, peak }
  })
  const bursts = times(A_DAY.bursts).map(at => ({
    at,
    riseMs: 0,
    holdMs: between(BURST_S) * 1000,
    fallMs: 0,
    peak: base + between(BURST_HEIGHT) * (limit - base),
  }))
  return [...reaching, ...back, ...bursts].toSorted((a, b) => a.at - b.at)
}

/** The load at a time since the start, without noise: the day's level and whatever swing takes it furthest. */
export function loadAt({ base, day }: Habits, swings: readonly Swing[], atMs: number): number {
  const usual = base + day * Math.sin(Math.PI * ((atMs / DAY_MS) % 1)) ** 2
  let load = usual
  for (const { at, riseMs, holdMs, fallMs, peak } of swings) {
    if (at > atMs) break
    const inMs = atMs - at
    const left = inMs - riseMs - holdMs
    if (left >= fallMs && left > 0) continue
    const share = inMs < riseMs ? inMs / riseMs : left <= 0 ? 1 : 1 - left / fallMs
    load = Math.max(load, usual + share * (peak - usual))
  }
  return load
}
