import { quantile } from '../quantile.ts'
import type { ResponseGuard } from '@homeostat/optimizer'
import { harmfulByGuards } from '@homeostat/optimizer/parts'
import type { ChaosOptions, ChaosRow, ChaosRun } from '../chaos-run.ts'
import type { LevelNoise } from '../guarded-metric.ts'
import { createLevel, createShare } from '../guarded-metric.ts'
import type { GuardedMetric, GuardedOutcome } from '../guarded-trial.ts'
import { measureInTheLoop } from '../guarded-in-the-loop.ts'
import { runGuardedTrial } from '../guarded-trial.ts'
import { createRandom } from '@homeostat/lab/scenarios'
import { bounds } from '../verdicts/proportion.ts'

const PLACEBO = 180
const WATCHED = 300
const LATENCY: ResponseGuard = { expr: 'p99', notWorseThan: 0.1 }
const ERRORS: ResponseGuard = { expr: 'errors', notWorseThan: 0.02, denominator: 'requests' }

/** One kind of guarded number and how long it was quiet before the trial. */
interface Plant {
  readonly name: string
  readonly guard: ResponseGuard
  /** A service of its own for each trial; `harm` is a factor of a level and the share of a ratio. */
  readonly metric: (harm: number, random: () => number) => GuardedMetric
  readonly quietFor: number
  readonly tick?: number
  /** Seconds of a placebo trial. @default 180 */
  readonly lasts?: number
}

const latency = (name: string, noise: LevelNoise, quietFor = 900, tick = 1): Plant => ({
  name,
  guard: LATENCY,
  metric: (harm, random) => {
    const level = createLevel(noise, random)
    return (second, harmed) => [level(second, harmed ? harm : 1)]
  },
  quietFor,
  tick,
})

const errors = (name: string, guard: ResponseGuard, over = 1, quietFor = 900, tick = 1): Plant => ({
  name,
  guard,
  metric: (harm, random) => {
    const share = createShare({ rate: 20, over }, random)
    return (_, harmed) => share(harmed ? harm : 0.005)
  },
  quietFor,
  tick,
})

/** The plants that the goals are about. */
const GOALS = {
  levels: [0.05, 0.1, 0.2, 0.3].map(sd => latency(`noise ${sd}`, { sd })),
  ratios: [errors('errors 0.5 %, 20 requests/s', ERRORS)],
}

/** A service that was quiet for only a minute: its trials begin when their guard knows enough. */
const YOUNG: readonly Plant[] = [
  latency('noise 0.3, quiet for 1 min', { sd: 0.3 }, 60),
  latency('noise 0.1, tick 5 s, quiet for 1 min', { sd: 0.1 }, 60, 5),
  latency('noise 0.3, tick 5 s, quiet for 1 min', { sd: 0.3 }, 60, 5),
  latency('rho 0.9, tick 5 s, quiet for 1 min', { sd: 0.3, rho: 0.9 }, 60, 5),
  errors('errors, quiet for 1 min', ERRORS, 1, 60),
  errors('errors, tick and rate 5 s, quiet for 1 min', ERRORS, 5, 60, 5),
]

/** Harder ones, and less to learn from. No goal: how it does there is printed. */
const OTHERS: readonly Plant[] = [
  latency('noise 0.3, quiet for 5 min', { sd: 0.3 }, 300),
  latency('noise 0.3, quiet for 1 h', { sd: 0.3 }, 3600),
  latency('noise 0.3, tick 5 s', { sd: 0.3 }, 3600, 5),
  latency('noise 0.1, tick 5 s', { sd: 0.1 }, 3600, 5),
  { ...latency('trial of an hour', { sd: 0.3 }, 3600), lasts: 3600 },
  { ...latency('trial of an hour, daily swing of 50 %', { sd: 0.1, dailySwing: 0.5 }, 3600), lasts: 3600 },
  { ...errors('errors, trial of an hour', ERRORS), lasts: 3600 },
  latency('heavy tails', { sd: 0.3, heavy: true }),
  latency('30 % missing', { sd: 0.3, missing: 0.3 }),
  latency('30 % missing when high', { sd: 0.3, missing: 0.3, whenHigh: true }),
  latency('rho 0.5 a second', { sd: 0.3, rho: 0.5 }),
  latency('rho 0.9 a second', { sd: 0.3, rho: 0.9 }),
  latency('AR, tau 45 s', { sd: 0.3, rho: 0.978 }, 3600),
  latency('AR, tau 10 min', { sd: 0.3, rho: 0.9983 }, 3600),
  latency('mean of the last 60 s', { sd: 0.3, smoothedOver: 60 }, 3600),
  latency('daily swing of 50 %', { sd: 0.1, dailySwing: 0.5 }, 3600),
  errors('errors, rate over 60 s', ERRORS, 60),
  errors('errors, tick and rate 5 s', ERRORS, 5, 900, 5),
  errors('errors guarded as a level', LATENCY),
]

export const run: ChaosRun = {
  name: 'guards',
  about: 'how fast a guard reverts harm, and how seldom placebo',
  run: async options => {
    // With eight of 1,500 placebo trials reverted, the upper bound of their share is over 1 %.
    const trials = options.short ? { placebo: 1500, harmed: 40 } : { placebo: 5000, harmed: 1000 }
    let seed = options.seed * 1_000_000
    const measure = (plant: Plant, count: number, harm?: number): GuardedOutcome[] =>
      Array.from({ length: count }, () => runOne(plant, createRandom(seed++), harm))

    for (const plants of [GOALS.levels, GOALS.ratios]) {
      const outcomes = plants.flatMap(plant => measure(plant, trials.placebo / plants.length))
      placebo(plants === GOALS.levels ? 'placebo, level' : 'placebo, ratio', outcomes, options)
    }
    for (const plant of YOUNG) placebo(plant.name, measure(plant, trials.placebo), options)
    for (const plant of GOALS.levels) {
      for (const harm of [3, 5, 10]) fast(plant, `${harm}x`, measure(plant, trials.harmed, harm), options)
      for (const harm of [1.2, 1.5, 2]) slow(plant, `${harm}x`, measure(plant, trials.harmed, harm), options)
    }
    for (const plant of GOALS.ratios) {
      for (const harm of [0.1, 0.2, 0.5]) fast(plant, `${harm * 100} %`, measure(plant, trials.harmed, harm), options)
      for (const harm of [0.03, 0.05]) slow(plant, `${harm * 100} %`, measure(plant, trials.harmed, harm), options)
    }
    await measureInTheLoop(options)
    for (const plant of options.short ? OTHERS.slice(0, 2) : OTHERS) other(plant, trials, measure, options)
    verdicts(options, trials.harmed)
  },
}

function runOne(plant: Plant, random: () => number, harm?: number): GuardedOutcome {
  const { guard, quietFor, tick = 1, lasts = PLACEBO } = plant
  const metric = plant.metric(harm ?? 1, random)
  if (harm === undefined) return runGuardedTrial({ guard, metric, quietFor, tick, lasts })
  const onset = tick * Math.floor((random() * 30) / tick)
  return runGuardedTrial({ guard, metric, quietFor, tick, onset, lasts: onset + WATCHED })
}

/** Harmless trials, of which one in a hundred may be reverted, by the upper 97.5 % bound. */
function placebo(name: string, outcomes: readonly GuardedOutcome[], { report }: ChaosOptions): void {
  const trials = outcomes.length
  const reverted = outcomes.filter(({ breachedAfter }) => breachedAfter !== undefined).length
  const upper = bounds(reverted, trials).high
  const beganAfter = Math.max(...outcomes.map(outcome => outcome.beganAfter))
  report(goal(name, 'reverted <= 0.01', { trials, reverted, upper, beganAfter }, upper <= 0.01))
}

/** Harm that has to be reverted within 10 s of its onset. */
function fast(plant: Plant, harm: string, outcomes: readonly GuardedOutcome[], { report }: ChaosOptions): void {
  const seconds = p95(outcomes)
  report(goal(`${plant.name}, ${harm}`, 'p95 <= 10 s', { p95: shown(seconds) }, seconds <= 10))
}

function slow(plant: Plant, harm: string, outcomes: readonly GuardedOutcome[], { report }: ChaosOptions): void {
  const found = shareOf(outcomes, ({ breachedAfter }) => breachedAfter !== undefined && breachedAfter <= PLACEBO)
  report({ run: 'guards', case: `${plant.name}, ${harm}`, p95: shown(p95(outcomes)), foundIn180s: found })
}

function other(
  plant: Plant,
  trials: { readonly placebo: number; readonly harmed: number },
  measure: (plant: Plant, count: number, harm?: number) => GuardedOutcome[],
  { report }: ChaosOptions,
): void {
  const harmless = measure(plant, plant.lasts === undefined ? trials.placebo : trials.harmed)
  const reverted = shareOf(harmless, outcome => outcome.breachedAfter !== undefined)
  const figures: Record<string, string | number> = { reverted }
  const harms = plant.name.startsWith('errors') ? [0.05, 0.1, 0.2] : [1.5, 2, 3, 5]
  for (const harm of harms) figures[`p95 at ${harm}`] = shown(p95(measure(plant, trials.harmed / 2, harm)))
  report({ run: 'guards', case: plant.name, ...figures, says: harmless[0]!.blindBelow })
}

/** How often a harmless action is ever `harmful` by its guards when each pair of trials is looked at. */
function verdicts({ seed, report }: ChaosOptions, histories: number): void {
  const random = createRandom(seed)
  for (const [act, control] of [
    [0.01, 0.01],
    [0.1, 0.1],
    [0.5, 0.5],
    [0.9, 0.01],
  ] as const) {
    const pairs = Array.from({ length: histories }, () => pairsUntilHarmful(act, control, random))
    const ever = pairs.filter(Number.isFinite).length / histories
    const figures = { ever, pairsP95: shown(quantile(pairs, 0.95)) }
    const name = `breached in ${act} of act, ${control} of control`
    report(
      act > control
        ? { run: 'guards', case: name, ...figures }
        : goal(name, 'ever harmful <= 0.05', figures, ever <= 0.05),
    )
  }
}

function pairsUntilHarmful(act: number, control: number, random: () => number): number {
  let inAct = 0
  let inControl = 0
  for (let pairs = 1; pairs <= 48; pairs++) {
    if (random() < act) inAct++
    if (random() < control) inControl++
    if (harmfulByGuards(inAct, pairs, inControl, pairs).harmful) return pairs
  }
  return Number.POSITIVE_INFINITY
}

function goal(name: string, text: string, figures: Record<string, string | number>, met: boolean): ChaosRow {
  return { run: 'guards', case: name, goal: text, ...figures, met }
}

function shareOf<T>(all: readonly T[], is: (each: T) => boolean): number {
  return all.filter(is).length / all.length
}

/** Only trials that were not reverted before their onset count. */
function p95(outcomes: readonly GuardedOutcome[]): number {
  const late = outcomes.filter(outcome => !outcome.tooEarly)
  return quantile(
    late.map(outcome => outcome.breachedAfter ?? Number.POSITIVE_INFINITY),
    0.95,
  )
}

function shown(value: number): number | string {
  return Number.isFinite(value) ? value : 'missed'
}
