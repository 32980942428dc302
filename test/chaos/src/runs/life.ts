import { createRandom } from '@homeostat/lab/scenarios'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { inWorkers, type Job } from '../verdicts/in-workers.ts'
import { lifeCases, MILESTONES, type LifeCase } from '../verdicts/life/life-cases.ts'
import type { LifePart } from '../verdicts/life/life-worker.ts'
import { judges, tallyLives } from '../verdicts/life/tally-lives.ts'
import { liveWhole, type WholeLife } from '../verdicts/life/whole-life.ts'
import { bounds } from '../verdicts/proportion.ts'
import { logNormal } from '../verdicts/services.ts'
import { addTo, type Tally } from '../verdicts/tally.ts'

/** Lives that a worker takes at once; 200 generations take some seconds. */
const PART = 10
const MOST_WRONG = 0.05
const WORKER = new URL('../verdicts/life/life-worker.ts', import.meta.url)

/** Lives through the whole loop, which take minutes each. */
const WHOLE = { short: { lives: 1, generations: 4 }, long: { lives: 4, generations: 200 } }

export const run: ChaosRun = {
  name: 'life',
  about:
    'an action that does nothing over 200 generations, a day of quarantine between them, and what others would say',
  async run(options) {
    const { short, seed } = options
    const whole = Array.from({ length: WHOLE[short ? 'short' : 'long'].lives }, (_, life) => seed + life)
    const { generations } = WHOLE[short ? 'short' : 'long']
    const cases = lifeCases(short)
    if (short) {
      for (const one of cases) reportLives(options, one, tallyLives(one, seed, 0, one.lives))
      for (const each of whole)
        reportWhole(options, await liveWhole(logNormal['AR(1) rho 0.8'], generations, createRandom(each)))
      return
    }
    const totals: Tally[] = cases.map(() => ({}))
    const jobs = [
      ...whole.map((each): Job => ({ index: -1, payload: { whole: generations, seed: each } satisfies LifePart })),
      ...cases.flatMap(({ lives }, index) =>
        Array.from({ length: Math.ceil(lives / PART) }, (_, part): Job => {
          const [from, to] = [part * PART, Math.min(lives, (part + 1) * PART)]
          return { index, payload: { index, seed, from, to } satisfies LifePart }
        }),
      ),
    ]
    await inWorkers('life', WORKER, jobs, (index, result) => {
      if (index < 0) return reportWhole(options, result as WholeLife)
      const [one, total] = [cases[index]!, totals[index]!]
      addTo(total, result as Tally)
      if (total['histories'] === one.lives) reportLives(options, one, total)
    })
  },
}

function reportLives({ report }: ChaosOptions, { name, lives, generations }: LifeCase, counts: Tally): void {
  const count = (what: string, generation: number): number => counts[`${what} by ${generation}`] ?? 0
  const milestones = MILESTONES.filter(generation => generation <= generations)
  const last = milestones.at(-1)!
  const [effective, harmful] = [
    bounds(count('judge effective', last), lives),
    bounds(count('judge harmful', last), lives),
  ]
  report({
    run: 'life',
    case: `placebo, ${name}`,
    lives,
    generations,
    trials: counts['trials']! / lives,
    days: counts['days']! / lives,
    ...Object.fromEntries(
      judges.flatMap(judge =>
        ['effective', 'harmful']
          .filter(verdict => verdict === 'effective' || judge === 'judge' || judge === 'rank sum anew')
          .map(verdict => [
            `${judge} ${verdict} by ${milestones.join('/')}`,
            milestones.map(generation => (count(`${judge} ${verdict}`, generation) / lives).toFixed(3)).join(' '),
          ]),
      ),
    ),
    everEffectiveUpper: effective.high,
    everHarmfulUpper: harmful.high,
    goal: `judge: ever effective and ever harmful by generation ${last} <= ${MOST_WRONG} by the upper 97.5 % bound`,
    met: effective.high <= MOST_WRONG && harmful.high <= MOST_WRONG,
  })
}

function reportWhole({ report }: ChaosOptions, { generations, trials, differences, ...ever }: WholeLife): void {
  report({
    run: 'life',
    case: 'placebo through the whole loop',
    generations,
    trials,
    ...ever,
    differences,
    goal: 'the same verdicts and quarantines as a history that is only handed the trials',
    met: differences === 0,
  })
}
