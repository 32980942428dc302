import type { History } from './history.ts'
import type { Quarantine } from './standing.ts'
import type { JudgeStatistics } from '@homeostat/judge'
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
  readonly quarantine?: Quarantine
  /** A change of the mode that the evidence supports. It is only offered: a person has to set it. */
  readonly offer?: { readonly mode: Mode; readonly because: string }
}

/** Sums up a history. Pure. */
export function evidenceOf(history: History, mode: Mode, now: number): Evidence {
  const { alert, action, counts, statistics, standing } = history
  const quarantine = standing.quarantine && now < standing.quarantine.until ? standing.quarantine : undefined
  const offer = offerOf(history, mode, now)
  return {
    alert,
    action,
    mode,
    verdict: statistics?.verdict ?? 'inconclusive',
    reason: history.progress(now),
    ...counts,
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
