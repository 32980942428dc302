import { compare, type Comparison } from './comparison.ts'
import type { Measured } from '../episode.ts'
import type { Judgement } from '../judgement.ts'
import type { Terms } from '../terms.ts'
import type { Alpha } from '../life/alpha.ts'
import { isDue, looks, spentAt, type Look } from './looks.ts'
import { createMatching, type Pair } from './matching.ts'
import { leakIn } from '../leaks/palliative.ts'
import { vanishedReason } from './vanished.ts'
import { noticeable, worthwhile } from '../worth.ts'

/** The result of one look. */
export interface Finding extends Comparison {
  readonly look: Look
  /** What this look may spend. */
  readonly alpha: Alpha
  readonly verdict: Exclude<Judgement['verdict'], 'inconclusive'> | undefined
  /** Why an action that seems to help is not credited, or one that does not is not given up. */
  readonly withheld?: string
  /** Whether an earlier `effective` no longer stands. */
  readonly withdraws?: boolean
}

interface LookedThrough {
  readonly findings: readonly Finding[]
  readonly pairs: number
  readonly counts: { readonly acts: number; readonly controls: number }
}

/** Goes through the history as it happened, and looks when a look was due. */
export function lookThrough(episodes: readonly Measured[], terms: Terms, alpha: Alpha): LookedThrough {
  const match = createMatching()
  const counts = { act: 0, control: 0 }
  const pairs: Pair[] = []
  const findings: Finding[] = []
  const due = [...looks.keys()]
  for (const [index, episode] of episodes.entries()) {
    counts[episode.arm]++
    const pair = match(episode)
    if (pair) pairs.push(pair)
    const [look] = due
    if (look === undefined || !isDue(look, counts.act, counts.control, pairs.length)) continue
    due.shift()
    const comparison = compare(pairs, terms, looks.get(look)!.interval)
    if (comparison === undefined) continue
    const spent = spentAt(look, alpha)
    const past = (): readonly Measured[] => episodes.slice(0, index + 1)
    findings.push({ look, alpha: spent, ...comparison, ...decide(comparison, look, spent, terms, past) })
  }
  return { findings, pairs: pairs.length, counts: { acts: counts.act, controls: counts.control } }
}

/** What a look says; nothing yet when no verdict is returned. */
function decide(
  { size, pBetter, pBetterPresent, pWorse, change, tail, vanished }: Comparison,
  look: Look,
  alpha: Alpha,
  { direction, worth }: Terms,
  past: () => readonly Measured[],
): Pick<Finding, 'verdict' | 'withheld' | 'withdraws'> {
  const improvement = worthwhile(direction, worth)
  if (pWorse <= alpha.worse) return { verdict: 'harmful' }
  if (change.low > improvement) {
    // A worsening as large is no reason to give up looking, as long as there is another look.
    const isOpen = look !== 48 && change.high >= noticeable(direction, worth)
    return isOpen ? { verdict: undefined, withheld: 'harm is not excluded yet' } : { verdict: 'no_effect' }
  }
  if (tail.worse !== undefined)
    return { verdict: undefined, ...(pBetter <= alpha.better && { withheld: tail.worse }), withdraws: true }
  if (pBetter <= alpha.better) {
    const { evidence, reason } = leakIn(past(), { direction, worth: -improvement })
    if (evidence === 'none') return { verdict: 'effective' }
    return { verdict: evidence === 'leak' ? 'palliative' : undefined, withheld: reason }
  }
  if (pBetterPresent > alpha.better && size > 0) return { verdict: undefined }
  return { verdict: undefined, withheld: vanishedReason(vanished) }
}
