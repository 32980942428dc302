import type { ChaosRow, ChaosRun } from '../chaos-run.ts'
import { compareAll } from '../prevention/compare-all.ts'
import type { Counts } from '../prevention/diary.ts'
import type { Outcome, Score } from '../prevention/score.ts'
import { sumOf, totalOf } from '../prevention/score.ts'
import { serviceKinds } from '../prevention/service-kinds.ts'
import { quantile } from '../quantile.ts'

const HOUR_MS = 3_600_000
const GOAL = { share: 0.6, falseActsADay: 1 }

export const run: ChaosRun = {
  name: 'prevention',
  about: 'forecasts in the loop against bottlenecks of simulated services, side by side with the reactive rules alone',
  async run({ short, seed, report }) {
    const [services, days] = short ? [1, 2] : [6, 10]
    const jobs = serviceKinds.flatMap((_, index) =>
      Array.from({ length: services }, (__, service) => ({ index, days, seed: seed * 100 + service })),
    )
    const outcomes = await compareAll(jobs)
    const tell = (name: string, found: readonly Outcome[]): void => {
      const learned = sumOf(found.map(outcome => outcome.learned))
      const row = (what: string, figures: Omit<ChaosRow, 'run' | 'case'>): void =>
        report({ run: 'prevention', case: `${name}: ${what}`, ...figures })
      row('once learned', { services: found.length, ...figuresOf(learned), ...(!short && judged(learned)) })
      row('all days', figuresOf(sumOf(found.map(outcome => outcome.all))))
      row('how', {
        learnedAfterHours: quantile(
          found.map(outcome => outcome.learnedAfterMs / HOUR_MS),
          0.5,
        ),
        skill: quantile(
          found.map(outcome => outcome.skill ?? Number.NaN),
          0.5,
        ),
        reactiveRuns: `${sum(found, 'reactive')} alone, ${sum(found, 'preventive')} beside prevention`,
        verdicts: readable(totalOf(found.map(({ verdicts }) => verdicts))),
        reverts: readable(totalOf(found.map(({ reverts }) => reverts))),
        // Counted per tick of 15 s: a refusal is repeated at every tick.
        refusals: readable(totalOf(found.map(({ refusals }) => refusals))),
        quarantines: readable(totalOf(found.map(({ quarantines }) => quarantines))),
      })
    }
    for (const [index, { name }] of serviceKinds.entries())
      tell(
        name,
        outcomes.filter((_, number) => jobs[number]!.index === index),
      )
    tell('overall', outcomes)
  },
}

function sum(found: readonly Outcome[], who: 'reactive' | 'preventive'): number {
  return found.reduce((total, { reactiveRuns }) => total + reactiveRuns[who], 0)
}

function figuresOf(score: Score): Omit<ChaosRow, 'run' | 'case'> {
  const { ramps, withheld, prevented, late, acts, controls, falseActs, days, leadsMs, minutesOver } = score
  return {
    days,
    ramps,
    withheld,
    inTime: prevented,
    late,
    inTimeShare: prevented / (ramps - withheld),
    inTimeShareOfAll: prevented / ramps,
    medianLeadS: quantile(leadsMs, 0.5) / 1000,
    acts,
    controls,
    falseActsADay: falseActs / days,
    minutesOver: `${minutesOver.nothing} left alone, ${minutesOver.reactive} reactive, ${minutesOver.preventive} with prevention`,
  }
}

function judged({ ramps, withheld, prevented, falseActs, days, minutesOver }: Score): {
  readonly goal: string
  readonly met: boolean
} {
  const isInTime = prevented >= GOAL.share * (ramps - withheld)
  const isQuiet = falseActs <= GOAL.falseActsADay * days
  return {
    goal: `60 s before in >= ${GOAL.share} of the ramps not withheld, at most ${GOAL.falseActsADay} false act a day, fewer minutes over`,
    met: ramps > 0 && isInTime && isQuiet && minutesOver.preventive < minutesOver.reactive,
  }
}

function readable(counts: Counts): string {
  return (
    Object.entries(counts)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ') || 'none'
  )
}
