import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { inWorkers, type Job } from '../verdicts/in-workers.ts'
import { daysUntilEffective, type Wait } from '../verdicts/life/days-until.ts'
import { watchFleet, type FleetDay } from '../verdicts/life/fleet-of-rules.ts'
import type { FleetPart } from '../verdicts/life/fleet-worker.ts'

const MOST_FALSE = 0.1
const FLEET = { placebos: 120, real: 20, days: 120 }
const FLEETS = 24
const WORKER = new URL('../verdicts/life/fleet-worker.ts', import.meta.url)

const EFFECTS = [0.9, 0.8, 0.7]
const RATES = [2, 5, 10, 20]
const WAITS = 200

/** The short form: a smaller fleet of the same shares, and a wait that takes a second. */
const SHORT = { fleet: { placebos: 24, real: 4, days: 40 }, fleets: 4, effects: [0.8], rates: [10], waits: 20 }

export const run: ChaosRun = {
  name: 'discoveries',
  about:
    'the share of placebos among the actions called effective, 120 beside 20 real ones, and the days until a verdict',
  async run(options) {
    const { short, seed } = options
    const fleets: FleetDay[][] = []
    const waits = new Map<string, Wait[]>()
    const fleet = short ? SHORT.fleet : FLEET
    const seeds = (count: number): number[] => Array.from({ length: count }, (_, each) => seed * 100_003 + each)
    const kinds = (short ? SHORT.effects : EFFECTS).flatMap(factor =>
      (short ? SHORT.rates : RATES).map(alarmsPerDay => ({ factor, alarmsPerDay })),
    )
    if (short) {
      for (const each of seeds(SHORT.fleets)) fleets.push(watchFleet(fleet, each))
      for (const { factor, alarmsPerDay } of kinds)
        waits.set(
          nameOf(factor, alarmsPerDay),
          seeds(SHORT.waits).map(each => daysUntilEffective(factor, alarmsPerDay, each)),
        )
    } else {
      const jobs: Job[] = [
        ...seeds(FLEETS).map(each => ({ index: -1, payload: { fleet, seed: each } satisfies FleetPart })),
        ...kinds.map((kind, index) => ({ index, payload: { ...kind, seeds: seeds(WAITS) } satisfies FleetPart })),
      ]
      await inWorkers('discoveries', WORKER, jobs, (index, result) => {
        if (index < 0) fleets.push(result as FleetDay[])
        else waits.set(nameOf(kinds[index]!.factor, kinds[index]!.alarmsPerDay), result as Wait[])
      })
    }
    reportFleets(options, fleets, fleet)
    for (const { factor, alarmsPerDay } of kinds) {
      const name = nameOf(factor, alarmsPerDay)
      reportWaits(options, name, waits.get(name)!)
    }
  },
}

function nameOf(factor: number, alarmsPerDay: number): string {
  return `${Math.round(100 * (factor - 1))} %, ${alarmsPerDay} alarms a day`
}

function reportFleets(
  { report }: ChaosOptions,
  fleets: readonly FleetDay[][],
  { placebos, real, days }: typeof FLEET,
): void {
  const mean = (day: number, of: keyof FleetDay): number =>
    fleets.reduce((sum, fleet) => sum + fleet[day]![of], 0) / fleets.length
  const all = Array.from({ length: days }, (_, day) => day)
  const most = (of: 'standing' | 'ever'): number => Math.max(...all.map(day => mean(day, of)))
  for (const day of all.filter(each => [1, 3, 7, 14, 30, 60, 90, 120].includes(each + 1)))
    report({
      run: 'discoveries',
      case: `${placebos} placebos beside ${real}, day ${day + 1}`,
      generation: mean(day, 'generation'),
      found: mean(day, 'found'),
      falseShare: mean(day, 'standing'),
      everFalseShare: mean(day, 'ever'),
    })
  report({
    run: 'discoveries',
    case: `${placebos} placebos beside ${real}, worst day of ${days}`,
    fleets: fleets.length,
    falseShare: most('standing'),
    everFalseShare: most('ever'),
    goal: `both <= ${MOST_FALSE}`,
    met: most('standing') <= MOST_FALSE && most('ever') <= MOST_FALSE,
  })
}

function reportWaits({ report }: ChaosOptions, name: string, waits: readonly Wait[]): void {
  const figures = (of: keyof Wait): { median: number; found: number } => {
    const days = waits.map(wait => wait[of]).toSorted((a, b) => a - b)
    return { median: days[days.length >> 1]!, found: days.filter(Number.isFinite).length / days.length }
  }
  const [judge, reference] = [figures('judge'), figures('reference')]
  report({
    run: 'discoveries',
    case: `days until effective, ${name}`,
    judgeMedian: judge.median,
    referenceMedian: reference.median,
    judgeFound: judge.found,
    referenceFound: reference.found,
  })
}
