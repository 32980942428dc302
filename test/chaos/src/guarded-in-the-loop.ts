import type { ChaosOptions, ChaosRow } from './chaos-run.ts'
import type { GuardedService, LoopOutcome } from './guarded-loop.ts'
import { ERRORS, LAG, REQUESTS, runGuardedLoop } from './guarded-loop.ts'
import { createLevel } from './guarded-metric.ts'
import { quantile } from './quantile.ts'
import { bounds } from './verdicts/proportion.ts'

/** The default tick, and the looks between two of them. */
const TICK = 5
const LOOK = 1
const QUIET = 3600
const BETWEEN = 300
/** Trials that one loop has, one after the other. */
const TRIALS_OF_LOOP = 15
const REQUESTS_A_SECOND = 20

interface Plant extends GuardedService {
  readonly name: string
  readonly harms: readonly number[]
  readonly shown: (harm: number) => string
}

const level = (sd: number): Plant => ({
  name: `noise ${sd}`,
  guard: { expr: 'max(plant_lag)', notWorseThan: 0.1 },
  harms: [3, 5, 10],
  shown: harm => `${harm}x`,
  measures: (registry, random) => {
    const lag = registry.level(LAG).with()
    const value = createLevel({ sd }, random)
    return (second, harm = 1) => lag.set(value(second, harm)!)
  },
})

const errors: Plant = {
  name: 'errors 0.5 %, 20 requests/s',
  guard: {
    expr: '(sum(rate(plant_errors[10s])) or vector(0)) / sum(rate(plant_requests[10s]))',
    denominator: 'sum(rate(plant_requests[10s]))',
    notWorseThan: 0.02,
  },
  harms: [0.2, 0.5],
  shown: harm => `${harm * 100} %`,
  measures: (registry, random) => {
    const requests = registry.counter(REQUESTS).with()
    const failed = registry.counter(ERRORS).with()
    return (_, harm = 0.005) => {
      for (let request = 0; request < REQUESTS_A_SECOND; request++) failed.add(Number(random() < harm))
      requests.add(REQUESTS_A_SECOND)
    }
  },
}

const PLANTS: readonly Plant[] = [...[0.05, 0.1, 0.2, 0.3].map(level), errors]

/** Guards through the real loop at its default tick, with looks between two ticks. */
export async function measureInTheLoop(options: ChaosOptions): Promise<void> {
  const trials = options.short ? { placebo: 400, harmed: 60 } : { placebo: 2000, harmed: 500 }
  let seed = options.seed * 1_000_000
  const measure = async (plant: Plant, count: number, harm?: number): Promise<LoopOutcome[]> => {
    const outcomes: LoopOutcome[] = []
    while (outcomes.length < count) {
      const left = Math.min(TRIALS_OF_LOOP, count - outcomes.length)
      const times = { quietFor: QUIET, between: BETWEEN, trials: left, tick: TICK, look: LOOK }
      seed += 2
      outcomes.push(...(await runGuardedLoop({ service: plant, seed, ...times, ...(harm !== undefined && { harm }) })))
    }
    return outcomes
  }
  const harmless: LoopOutcome[] = []
  for (const plant of PLANTS) harmless.push(...(await measure(plant, trials.placebo / PLANTS.length)))
  placebo(harmless, options)
  for (const plant of PLANTS)
    for (const harm of options.short ? plant.harms.slice(0, 1) : plant.harms)
      fast(plant, harm, await measure(plant, trials.harmed, harm), options)
}

function placebo(outcomes: readonly LoopOutcome[], { report }: ChaosOptions): void {
  const reverted = outcomes.filter(({ breachedAfter }) => breachedAfter !== undefined).length
  const upper = bounds(reverted, outcomes.length).high
  const figures = { trials: outcomes.length, reverted, upper }
  report(row('tick 5 s, placebo', 'reverted <= 0.01', figures, upper <= 0.01))
}

function fast(plant: Plant, harm: number, outcomes: readonly LoopOutcome[], { report }: ChaosOptions): void {
  const seconds = outcomes.filter(({ tooEarly }) => !tooEarly).map(({ breachedAfter = Infinity }) => breachedAfter)
  const p95 = quantile(seconds, 0.95)
  const name = `tick 5 s, ${plant.name}, ${plant.shown(harm)}`
  report(row(name, 'p95 <= 10 s', { trials: seconds.length, p95: Number.isFinite(p95) ? p95 : 'missed' }, p95 <= 10))
}

function row(name: string, goal: string, figures: Record<string, string | number>, met: boolean): ChaosRow {
  return { run: 'guards', case: name, goal, ...figures, met }
}
