import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { INTERVAL_MS, isFiring, timesOf, watch } from '../condition-loop.ts'
import type { Observation, Plant, WatchedRule } from '../condition-loop.ts'
import { worstHours } from '../flap-count.ts'
import { createRandom } from '@homeostat/lab/scenarios'
import { autoregressive, sine, square, step, whiteNoise } from '../waves.ts'
import type { Wave } from '../waves.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** From the most patient to one that has no patience at all; at the mean of the signals, and where they rarely are. */
export const rules: readonly WatchedRule[] = [0.5, 0.8].flatMap(threshold => [
  {
    alert: `patient${threshold}`,
    expr: `level > ${threshold}`,
    for: '1m',
    keepFiringFor: '2m',
    clear: `level < ${threshold - 0.1}`,
  },
  { alert: `usual${threshold}`, expr: `level > ${threshold}`, for: '30s', keepFiringFor: '1m' },
  { alert: `bare${threshold}`, expr: `level > ${threshold}` },
])

type Family = 'sine' | 'square' | 'white noise' | 'AR, tau 45 s' | 'AR, tau 10 min'

const PERIODS_MIN = [1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 75, 90, 120, 180]
const SHARES_MISSING = [0, 0.3]

/** What one rule made of one plant. */
interface Tally {
  state: string
  readonly transitions: number[]
  isNaivelyFiring: boolean
  readonly naive: number[]
  isFiringInPrometheus: boolean
  readonly prometheus: number[]
  held: number
  hidden: number
}

export const run: ChaosRun = {
  name: 'flapping',
  about: 'fires and resolves an hour of swinging and noisy signals, and how late a lasting step is seen',
  async run(options) {
    for (const family of ['sine', 'square', 'white noise', 'AR, tau 45 s', 'AR, tau 10 min'] as const)
      for (const missing of SHARES_MISSING) await inTurn(() => reportFlaps(family, missing, options))
    for (const missing of SHARES_MISSING) await inTurn(() => reportSteps(missing, options))
    await inTurn(() => reportLateSteps(options))
  },
}

function reportFlaps(family: Family, missing: number, { short, seed, report }: ChaosOptions): void {
  const hours = short ? 4 : 12
  const plants = wavesOf(family, short, seed).map((wave, index) => plant(String(index), wave, missing, seed + index))
  const tallies = new Map<string, Tally>()
  let ticks = 0
  watch(plants, rules, hours * HOUR_MS, observation => {
    ticks++
    tally(tallies, observation)
  })
  const all = [...tallies.values()]
  const worst = (of: (tally: Tally) => readonly number[], when: 'early' | 'late'): number =>
    all.reduce((most, each) => Math.max(most, worstHours(of(each))[when]), 0)
  const late = worst(each => each.transitions, 'late')
  const early = worst(each => each.transitions, 'early')
  report({
    run: 'flapping',
    case: caseOf(family, missing),
    goal: 'fires + resolves in any hour <= 2 after two hours, <= 4 before',
    late,
    early,
    'late of for and keep_firing_for': worst(each => each.prometheus, 'late'),
    'late of a threshold': worst(each => each.naive, 'late'),
    'held share': sum(all, each => each.held) / ticks,
    'hidden share': sum(all, each => each.hidden) / ticks,
    histories: all.length,
    hours,
    met: late <= 2 && early <= 4,
  })
}

function tally(tallies: Map<string, Tally>, observation: Observation): void {
  const { plant, rule, elapsedMs, value, alert } = observation
  const key = `${rule}/${plant}`
  let known = tallies.get(key)
  if (known === undefined) {
    known = {
      state: 'quiet',
      transitions: [],
      isNaivelyFiring: false,
      naive: [],
      isFiringInPrometheus: false,
      prometheus: [],
      held: 0,
      hidden: 0,
    }
    tallies.set(key, known)
  }
  const state = isFiring(alert) ? 'firing' : 'quiet'
  if (state !== known.state) known.transitions.push(elapsedMs)
  known.state = state
  const isNaivelyFiring = value > Number(/[\d.]+$/.exec(rule)?.[0])
  if (isNaivelyFiring !== known.isNaivelyFiring) known.naive.push(elapsedMs)
  known.isNaivelyFiring = isNaivelyFiring
  if (observation.isFiringInPrometheus !== known.isFiringInPrometheus) known.prometheus.push(elapsedMs)
  known.isFiringInPrometheus = observation.isFiringInPrometheus
  if (isFiring(alert) && !isNaivelyFiring) known.held++
  if (alert !== undefined && 'heldBackSince' in alert) known.hidden++
}

/** One lasting step each, after a quiet time: how many ticks later than `for` it fires, and than `keep_firing_for` it ends. */
function reportSteps(missing: number, { short, seed, report }: ChaosOptions): void {
  const random = createRandom(seed + 17)
  const steps = Array.from({ length: short ? 40 : 400 }, (_, index) => {
    const from = (5 + 60 * random()) * MINUTE_MS
    const until = from + (10 + 60 * random()) * MINUTE_MS
    return { from, until, plant: plant(String(index), step(from, until, random), missing, seed + index) }
  })
  const seen = new Map<string, { fired?: number; resolved?: number }>()
  watch(
    steps.map(each => each.plant),
    rules,
    3 * HOUR_MS,
    ({ plant, rule, elapsedMs, alert }) => {
      const key = `${rule}/${plant}`
      const known = seen.get(key) ?? {}
      seen.set(key, known)
      if (isFiring(alert)) known.fired ??= elapsedMs
      else if (known.fired !== undefined) known.resolved ??= elapsedMs
    },
  )
  const fires: number[] = []
  const resolves: number[] = []
  for (const rule of rules) {
    const { forMs, keepFiringForMs } = timesOf(rule)
    for (const { from, until, plant } of steps) {
      const { fired = Infinity, resolved = Infinity } = seen.get(`${rule.alert}/${plant.name}`) ?? {}
      fires.push((fired - from - forMs) / INTERVAL_MS)
      resolves.push((resolved - until - keepFiringForMs) / INTERVAL_MS)
    }
  }
  const figure = (what: string, late: number[]): void => {
    late.sort((a, b) => a - b)
    report({
      run: 'flapping',
      case: caseOf(what, missing),
      ...(missing === 0 && { goal: 'all within 2 ticks' }),
      'within 2 ticks': late.filter(ticks => ticks <= 2).length / late.length,
      'ticks p95': late[Math.floor(0.95 * late.length)] ?? NaN,
      'ticks at most': late.at(-1) ?? NaN,
      histories: late.length,
      // What nobody has seen yet cannot be in time: with missing samples the figure stands without a goal.
      ...(missing === 0 && { met: (late.at(-1) ?? Infinity) <= 2 }),
    })
  }
  figure('lasting step fires', fires)
  figure('first firing resolves', resolves)
}

/** What the budget costs: a step that begins amid noise fires at once, has fired already, or is hidden for a while. */
function reportLateSteps({ short, seed, report }: ChaosOptions): void {
  const random = createRandom(seed + 23)
  const steps = Array.from({ length: short ? 10 : 100 }, (_, index) => {
    const from = 2 * HOUR_MS + random() * (short ? 0.5 : 3) * HOUR_MS
    const noise = autoregressive(600_000, INTERVAL_MS, random)
    return { from, plant: plant(String(index), elapsedMs => (elapsedMs < from ? noise(elapsedMs) : 1), 0, seed) }
  })
  const begins = new Map(steps.map(({ from, plant }) => [plant.name, from]))
  const lateMs = new Map<string, number>()
  const policies = new Map(rules.map(rule => [rule.alert, timesOf(rule)]))
  watch(
    steps.map(each => each.plant),
    rules,
    (short ? 4 : 6.5) * HOUR_MS,
    ({ plant, rule, elapsedMs, alert }) => {
      const from = begins.get(plant) ?? 0
      const key = `${rule}/${plant}`
      if (elapsedMs < from || lateMs.has(key) || !isFiring(alert)) return
      lateMs.set(key, Math.max(0, elapsedMs - from - (policies.get(rule)?.forMs ?? 0)))
    },
  )
  const late = [...lateMs.values()].toSorted((a, b) => a - b)
  const histories = steps.length * rules.length
  report({
    run: 'flapping',
    case: 'lasting step amid AR, tau 10 min',
    'within 2 ticks': late.filter(ms => ms <= 2 * INTERVAL_MS).length / histories,
    'minutes p95': (late[Math.floor(0.95 * histories)] ?? Infinity) / MINUTE_MS,
    'minutes at most': late.length < histories ? Infinity : (late.at(-1) ?? Infinity) / MINUTE_MS,
    histories,
  })
}

function wavesOf(family: Family, short: boolean, seed: number): Wave[] {
  const periods = short ? PERIODS_MIN.filter((_, index) => index % 3 === 0) : PERIODS_MIN
  const phases = short ? [0.3] : [0, 0.3, 0.7]
  const seeds = Array.from({ length: short ? 3 : 40 }, (_, index) => createRandom(seed * 1000 + index))
  switch (family) {
    case 'sine':
      return periods.flatMap(minutes => phases.map(phase => sine(minutes * MINUTE_MS, phase)))
    case 'square':
      return periods.flatMap(minutes => phases.map(phase => square(minutes * MINUTE_MS, phase)))
    case 'white noise':
      return seeds.map(random => whiteNoise(random))
    case 'AR, tau 45 s':
      return seeds.map(random => autoregressive(45_000, INTERVAL_MS, random))
    case 'AR, tau 10 min':
      return seeds.map(random => autoregressive(600_000, INTERVAL_MS, random))
  }
}

function plant(name: string, wave: Wave, missing: number, seed: number): Plant {
  const random = createRandom(seed + 7_919)
  return { name, wave, isMissing: () => random() < missing }
}

function caseOf(what: string, missing: number): string {
  return missing === 0 ? what : `${what}, ${100 * missing} % missing`
}

function sum(tallies: readonly Tally[], of: (tally: Tally) => number): number {
  return tallies.reduce((total, each) => total + of(each), 0)
}

/** Lets the report's lines out between two computations. */
async function inTurn(work: () => void): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  work()
}
