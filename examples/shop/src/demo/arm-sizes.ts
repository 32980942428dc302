import type { LedgerEntry } from 'homeostat'
import type { ArmCounts, ArmSizes } from '../knobs/arm-counts.ts'

type Started = LedgerEntry['started'][number]

interface Watched {
  readonly trial: Started
  /** When the comparison began. */
  first: ArmSizes
  /** Undefined while nothing was counted. */
  latest: ArmSizes | undefined
}

/**
 * How many units each half of a trial had in the time that was compared: not those before the change had settled, nor those of another
 * trial of the same action.
 */
export class TrialArmSizes {
  readonly #open = new Map<string, Watched>()
  readonly #known = new Map<string, ArmSizes>()

  /** @param counts - the units of each half so far, by action */
  read({ now, started, verdicts }: Pick<LedgerEntry, 'now' | 'started' | 'verdicts'>, counts: ArmCounts): void {
    for (const trial of started) {
      if (trial.design?.kind !== 'split') continue
      this.#open.set(trial.id, { trial, first: counts[trial.action] ?? { act: 0, control: 0 }, latest: undefined })
    }
    for (const { id } of verdicts) {
      const watched = this.#open.get(id)
      this.#open.delete(id)
      if (watched?.latest !== undefined) this.#known.set(id, differenceOf(watched.first, watched.latest))
    }
    for (const watched of this.#open.values()) {
      const { startedAt, action, response } = watched.trial
      const counted = counts[action]
      if (counted === undefined) continue
      if (now < startedAt + (response.expect?.settleMs ?? 0)) watched.first = counted
      watched.latest = counted
    }
  }

  /** Undefined while the trial has no verdict, and where its units are not counted. */
  of(trialId: string): ArmSizes | undefined {
    return this.#known.get(trialId)
  }
}

function differenceOf(first: ArmSizes, latest: ArmSizes): ArmSizes {
  return { act: latest.act - first.act, control: latest.control - first.control }
}
