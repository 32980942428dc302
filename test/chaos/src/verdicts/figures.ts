import type { ChaosRow } from '../chaos-run.ts'
import { methods } from './before-after.ts'
import { bounds } from './proportion.ts'
import type { Tally } from './tally.ts'
import type { About, VerdictCase } from './verdict-case.ts'

export type Figures = Omit<ChaosRow, 'run' | 'case'>

const LOOKS = [6, 12, 24, 48] as const

/** What the issue of years allows: ever effective, and ever harmful, of an action that does nothing. */
const MOST_WRONG = 0.05

/** The figures of a case, its goal, and whether it is met: by the goal's own bound, however few the histories are. */
export function figuresOf({ about, histories, isWholeLoop = false }: VerdictCase, counts: Tally): Figures {
  const count = (name: string): number => counts[name] ?? 0
  const share = (name: string): number => count(name) / histories
  const ever = { everEffective: share('ever effective'), everHarmful: share('ever harmful') }
  const sd = isWholeLoop ? {} : { sd: Math.sqrt(count('variance of changes') / histories) }
  // The whole loop stops at the first verdict that lasts, so its verdicts are those that it ever gave.
  const found = (verdict: string): string => `${isWholeLoop ? 'ever' : 'last'} ${verdict}`
  const goals: { readonly [kind in About]: () => Figures } = {
    placebo() {
      const [good, bad] = [bounds(count('ever effective'), histories), bounds(count('ever harmful'), histories)]
      return {
        everEffective: ever.everEffective,
        everEffectiveUpper: good.high,
        everHarmful: ever.everHarmful,
        everHarmfulUpper: bad.high,
        noEffect: share(found('no_effect')),
        ...sd,
        goal: `both <= ${MOST_WRONG} by the upper 97.5 % bound (Clopper-Pearson)`,
        met: good.high <= MOST_WRONG && bad.high <= MOST_WRONG,
      }
    },
    helps: () => effect('effective', 0.95, 'by 12 + 12'),
    harms: () => effect('harmful', 0.9, 'by 12 + 12'),
    later: () => effect('effective', 0.8, 'by 24 + 24'),
    mixture: () => ({
      ...ever,
      ...effectiveBy(),
      tailHeld: share('last inconclusive'),
      goal: 'never effective, at any look',
      met: count('ever effective') === 0,
    }),
    'mixture by chance': () => ({
      ...ever,
      ...effectiveBy(),
      lastEffective: share('last effective'),
      goal: 'not effective at the end: withdrawn when the first bad run shows',
      met: count('last effective') === 0,
    }),
    leak() {
      const palliative = share('last palliative')
      return {
        palliative,
        inconclusive: share('last inconclusive'),
        noEffect: share('last no_effect'),
        ...ever,
        ...effectiveBy(),
        goal: 'never effective, at any look; palliative >= 0.95 at the end',
        met: count('ever effective') === 0 && palliative >= 0.95,
      }
    },
    'no leak'() {
      const [effective, palliative] = [share('last effective'), share('last palliative')]
      return {
        effective,
        palliative,
        everPalliative: share('ever palliative'),
        goal: 'at the end effective >= 0.95, palliative <= 0.05',
        met: effective >= 0.95 && palliative <= 0.05,
      }
    },
    size() {
      const by = effectiveBy()
      return { ...sd, ...by, lastNoEffect: share('last no_effect') }
    },
  }
  return goals[about]()

  function effect(verdict: 'effective' | 'harmful', least: number, when: string): Figures {
    const hits = share(found(verdict))
    return {
      [verdict]: hits,
      lower: bounds(count(found(verdict)), histories).low,
      opposite: verdict === 'effective' ? ever.everHarmful : ever.everEffective,
      palliative: share(found('palliative')),
      noEffect: share(found('no_effect')),
      ...sd,
      goal: `>= ${least} ${when}`,
      met: hits >= least,
    }
  }

  /** The look at which a history was first called effective, added up. */
  function effectiveBy(): Figures {
    let sum = 0
    return Object.fromEntries(LOOKS.map(look => [`effectiveBy${look}`, (sum += share(`effective by ${look}`))]))
  }
}

/** What others would say of the runs that did nothing. */
export function beforeAfterOf(counts: Tally): Figures {
  const share = (key: string): number => (counts[key] ?? 0) / (counts['runs'] ?? 1)
  return {
    runs: counts['runs'] ?? 0,
    ...Object.fromEntries(
      methods.flatMap(method =>
        ['30 s', '120 s'].map(baseline => [`${method} ${baseline}`, share(`${method} ${baseline}`)]),
      ),
    ),
  }
}
