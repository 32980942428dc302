import { compare, type Comparison } from './comparison.ts'
import type { Measured } from './episode.ts'
import type { Judgement } from './judgement.ts'
import { isDue, looks, type Look } from './looks.ts'
import { createMatching, type Pair } from './matching.ts'
import { leakIn } from './palliative.ts'
import { vanishedReason } from './vanished.ts'
import { worthwhile } from './worth.ts'

/** The result of one look. */
export interface Finding extends Comparison {
  readonly look: Look
  readonly alpha: number
  readonly verdict: Exclude<Judgement['verdict'], 'inconclusive'> | undefined
  /** Why an action that seems to help is not credited, or one that does not is not given up. */
  readonly withheld?: string
}

/** Before the last look `no_effect` waits while harm is this likely: the next look may prove it. */
const HARM_LIKELY_P = 0.1

interface LookedThrough {
  readonly findings: readonly Finding[]
  readonly pairs: number
  readonly counts: { readonly acts: number; readonly controls: number }
}

/** Goes through the history as it happened, and looks when a look was due. */
export function lookThrough(episodes: readonly Measured[], direction: 'up' | 'down', worth: number): LookedThrough {
  const match = createMatching()
  const counts = { act: 0, control: 0 }
  const pairs: Pair[] = []
  const findings: Finding[] = []
  const due = [...looks]
  for (const [index, episode] of episodes.entries()) {
    counts[episode.arm]++
    const pair = match(episode)
    if (pair) pairs.push(pair)
    const [look, alpha] = due[0] ?? []
    if (look === undefined || alpha === undefined || !isDue(look, counts.act, counts.control, pairs.length)) continue
    due.shift()
    const comparison = compare(pairs, direction, alpha)
    if (comparison === undefined) continue
    const past = (): readonly Measured[] => episodes.slice(0, index + 1)
    findings.push({ look, alpha, ...comparison, ...decide(comparison, look, alpha, { direction, worth, past }) })
  }
  return { findings, pairs: pairs.length, counts: { acts: counts.act, controls: counts.control } }
}

interface Terms {
  readonly direction: 'up' | 'down'
  readonly worth: number
  readonly past: () => readonly Measured[]
}

function decide(
  { size, pBetter, pBetterPresent, pWorse, change, vanished }: Comparison,
  look: Look,
  alpha: number,
  { direction, worth, past }: Terms,
): Pick<Finding, 'verdict' | 'withheld'> {
  if (pWorse <= alpha) return { verdict: 'harmful' }
  if (change.low > worthwhile(direction, worth)) {
    const harmIsOpen = look !== 48 && pWorse <= HARM_LIKELY_P
    return harmIsOpen ? { verdict: undefined, withheld: 'harm is not excluded yet' } : { verdict: 'no_effect' }
  }
  if (pBetter <= alpha) {
    const { evidence, reason } = leakIn(past(), direction, worth)
    if (evidence === 'none') return { verdict: 'effective' }
    return { verdict: evidence === 'leak' ? 'palliative' : undefined, withheld: reason }
  }
  if (pBetterPresent > alpha && size > 0) return { verdict: undefined }
  return { verdict: undefined, withheld: vanishedReason(vanished) }
}
