import type { History } from './history.ts'
import type { Quarantine } from './standing.ts'
import type { JudgeStatistics, Life } from '@homeostat/judge'
import type { Mode } from '../words/mode.ts'
import type { Verdict } from '../words/verdict.ts'

/** What is known of one rule and action, for people. */
export interface Evidence {
  readonly alert: string
  readonly action: string
  /** The mode in force for the action. */
  readonly mode: Mode
  readonly verdict: Verdict
  /** Why, or what is missing and when to expect a verdict. */
  readonly reason: string
  /** Episodes: run, withheld as controls, and only thought of. */
  readonly acts: number
  readonly controls: number
  readonly shadows: number
  readonly statistics?: JudgeStatistics
  /** What the number in a verdict is: the median of what, when, against what, and from which size on; not without a verdict. */
  readonly estimand?: string
  /** What all generations together have spent of the error that verdicts may make, and what is left. */
  readonly life: Life
  readonly quarantine?: Quarantine
  /** A change of the mode that the evidence supports. It is only offered: a person has to set it. */
  readonly offer?: { readonly mode: Mode; readonly because: string }
}

/** Sums up a history. Pure. */
export function evidenceOf(history: History, mode: Mode, now: number): Evidence {
  const { alert, action, counts, statistics, standing, life } = history
  const quarantine = standing.quarantine && now < standing.quarantine.until ? standing.quarantine : undefined
  const offer = offerOf(history, mode, now)
  const { estimand, own } = history
  return {
    alert,
    action,
    mode,
    verdict: own.found?.verdict ?? statistics?.verdict ?? 'inconclusive',
    reason: history.progress(now),
    ...counts,
    life,
    ...(estimand !== undefined && { estimand }),
    ...(statistics && { statistics: statistics.statistics }),
    ...(quarantine && { quarantine }),
    ...(offer && { offer }),
  }
}

/** The mode that the evidence supports; undefined when it is in force. Pure. */
export function offerOf({ statistics, standing }: History, mode: Mode, now: number): Evidence['offer'] {
  const { quarantine } = standing
  if (quarantine && now < quarantine.until)
    return mode === 'act' ? { mode: 'advise', because: quarantine.reason } : undefined
  if (mode === 'act' || mode === 'off' || statistics?.verdict !== 'effective') return undefined
  return { mode: 'act', because: statistics.reason }
}
