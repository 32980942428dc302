import type { ChaosRow, ChaosRun } from '../chaos-run.ts'
import { methods } from '../verdicts/before-after.ts'
import { tallyAll } from '../verdicts/pool.ts'
import { bounds } from '../verdicts/proportion.ts'
import { tally, type Tally } from '../verdicts/tally.ts'
import { verdictCases, type VerdictCase } from '../verdicts/verdict-case.ts'

/** The share of the histories that the short form simulates. */
const SHORT = 1 / 50

export const run: ChaosRun = {
  name: 'verdicts',
  about: 'how often a verdict is wrong, how often it finds an effect, and how before/after does beside it',
  async run({ short, seed, report }) {
    const scale = short ? SHORT : 1
    const complete = (one: VerdictCase, counts: Tally): void => {
      report({ run: 'verdicts', case: one.name, histories: one.histories, ...figures(one, counts, short) })
      if (one.about === 'placebo' && !one.isWholeLoop) report(beforeAfter(one, counts))
    }
    const cases = verdictCases(scale)
    if (!short) return tallyAll(cases, scale, seed, complete)
    for (const one of cases) complete(one, await tally(one, seed, 0, one.histories))
  },
}

type Figures = Omit<ChaosRow, 'run' | 'case'>

function figures({ about, histories, isWholeLoop = false }: VerdictCase, counts: Tally, short: boolean): Figures {
  if (isWholeLoop) return loopFigures(about, histories, counts, short)
  const count = (name: string): number => counts[name] ?? 0
  const sd = Math.sqrt(count('variance of changes') / histories)
  const effective = count('ever effective')
  const harmful = count('ever harmful')
  if (about === 'placebo' || about === 'shadow') {
    const [good, bad] = [bounds(effective, histories), bounds(harmful, histories)]
    const end = short ? 'low' : 'high'
    return {
      everEffective: effective / histories,
      everEffectiveUpper: good.high,
      everHarmful: harmful / histories,
      everHarmfulUpper: bad.high,
      lastNoEffect: count('last no_effect') / histories,
      sd,
      goal: `both <= 0.05 by the ${short ? 'lower bound, since the histories are few' : 'upper 97.5 % bound (Clopper-Pearson)'}`,
      met: good[end] <= 0.05 && bad[end] <= 0.05,
    }
  }
  if (about === 'helps' || about === 'harms') {
    const [verdict, goal] = about === 'helps' ? ['effective', 0.95] : ['harmful', 0.9]
    const found = count(`last ${verdict}`)
    const { low, high } = bounds(found, histories)
    return {
      [verdict as string]: found / histories,
      lower: low,
      opposite: count(about === 'helps' ? 'ever harmful' : 'ever effective') / histories,
      noEffect: count('last no_effect') / histories,
      sd,
      goal: `>= ${goal} by 12 + 12${short ? ' by the upper bound, since the histories are few' : ', and sd <= 0.09'}`,
      met: (short ? high : found / histories) >= (goal as number) && (short || sd <= 0.09),
    }
  }
  const by = (look: number): number => count(`effective by ${look}`)
  return {
    sd,
    by6: by(6) / histories,
    by12: (by(6) + by(12)) / histories,
    by24: (by(6) + by(12) + by(24)) / histories,
    by48: (by(6) + by(12) + by(24) + by(48)) / histories,
    lastNoEffect: count('last no_effect') / histories,
  }
}

/** Of fewer histories: the whole loop takes some thousand ticks for each. */
function loopFigures(about: VerdictCase['about'], histories: number, counts: Tally, short: boolean): Figures {
  const share = (verdict: string): number => (counts[`ever ${verdict}`] ?? 0) / histories
  const upper = (verdict: string): number => bounds(counts[`ever ${verdict}`] ?? 0, histories).high
  const lower = (verdict: string): number => bounds(counts[`ever ${verdict}`] ?? 0, histories).low
  const all = { everEffective: share('effective'), everHarmful: share('harmful'), everNoEffect: share('no_effect') }
  if (about === 'placebo') {
    const end = short ? lower : upper
    const goal = `both <= 0.05 by the ${short ? 'lower' : 'upper 97.5 %'} bound`
    return {
      ...all,
      everEffectiveUpper: upper('effective'),
      everHarmfulUpper: upper('harmful'),
      goal,
      met: end('effective') <= 0.05 && end('harmful') <= 0.05,
    }
  }
  const [verdict, least] = about === 'helps' ? (['effective', 0.95] as const) : (['harmful', 0.9] as const)
  return { ...all, goal: `>= ${least} by 12 + 12`, met: (short ? upper(verdict) : share(verdict)) >= least }
}

/** What others would say of the runs that did nothing. */
function beforeAfter({ name }: VerdictCase, counts: Tally): ChaosRow {
  const share = (key: string): number => (counts[key] ?? 0) / (counts['runs'] ?? 1)
  return {
    run: 'verdicts',
    case: `${name}: before/after of one run`,
    runs: counts['runs'] ?? 0,
    ...Object.fromEntries(
      methods.flatMap(method =>
        ['30 s', '120 s'].map(baseline => [`${method} ${baseline}`, share(`${method} ${baseline}`)]),
      ),
    ),
  }
}
