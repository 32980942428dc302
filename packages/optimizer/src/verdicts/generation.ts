import type { Arm, Episode } from '@homeostat/judge'
import { verifyingTimes } from '../words/trial-design.ts'
import type { Trial } from '../words/trial.ts'
import type { SavedHistory } from './saved-history.ts'

/** What a generation of a history keeps across restarts. */
export type SavedGeneration = Pick<SavedHistory, 'acts' | 'controls' | 'breaches' | 'trials' | 'designed'>

/** Fewer runs or controls than the first look takes have spent no alpha. */
const FIRST_LOOK = 6

/** The trials of one rule and action since its last quarantine, or since a full set of episodes. */
export class Generation {
  readonly acts: Episode[]
  readonly controls: Episode[]
  readonly breaches: Record<Arm, number>
  readonly trials: Record<Arm, number>
  /** The trial that answers by itself: there is one per generation, since a second one would spend its alpha again. */
  design: 'open' | 'taken' | 'judged'

  constructor({ acts, controls, breaches, trials, designed = false }: SavedGeneration = NOTHING) {
    this.acts = [...acts]
    this.controls = [...controls]
    this.breaches = { ...breaches }
    this.trials = { ...trials }
    this.design = designed ? 'judged' : 'open'
  }

  get size(): number {
    return this.acts.length + this.controls.length
  }

  /** Counts a guard that was breached in a trial. */
  countBreach(arm: Arm, isKept: boolean): void {
    const { breaches, trials } = this
    breaches[arm]++
    // At once: the trial may be cut short and never be judged, and there must not be more breaches than trials. A change that was kept has
    // been counted with its verdict.
    if (!isKept || trials[arm] < breaches[arm]) trials[arm]++
  }

  save(): SavedGeneration {
    const { acts, controls, breaches, trials, design } = this
    return {
      acts: [...acts],
      controls: [...controls],
      breaches: { ...breaches },
      trials: { ...trials },
      ...(design === 'judged' && { designed: true }),
    }
  }
}

const NONE = { act: 0, control: 0 }
const NOTHING: SavedGeneration = { acts: [], controls: [], breaches: NONE, trials: NONE }

/** Whether verdicts may have been asked of these trials, so that a part of the alpha is spent. */
export function hasSpent({ acts, controls, designed = false }: SavedGeneration): boolean {
  return designed || Math.min(acts.length, controls.length) >= FIRST_LOOK
}

/** Adds what a trial measured. A response that expects nothing measures nothing. */
export function remember(episodes: Episode[], { startedAt, before, after, response }: Trial, intervalMs: number): void {
  if (response.expect === undefined) return
  const { from, until } = verifyingTimes({ startedAt, response })
  const expected = Math.max(1, Math.floor((until - from) / intervalMs))
  episodes.push({ at: startedAt, before, after: [...after], expected })
}
