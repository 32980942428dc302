import type { JudgedTrial, SettlingTrial, Trial, Verdicted } from '../words/trial.ts'

/** What happened to trials since it was last taken. */
export interface TakenNews {
  /** Runs that ended. */
  readonly ended: readonly SettlingTrial[]
  /** Trials with a new verdict. */
  readonly verdicts: readonly Verdicted[]
  /** Changes that were reverted, or could not be. */
  readonly reverted: readonly JudgedTrial[]
}

/** Gathers what the next ledger entry reports about trials. */
export class TrialNews {
  #ended: SettlingTrial[] = []
  #verdicts: Verdicted[] = []
  #reverted: JudgedTrial[] = []

  ended(trial: SettlingTrial): void {
    this.#ended.push(trial)
  }

  /** A verdict is news once, and again when the trial ends with another one. A shadow has none. */
  advanced(from: Trial, to: Trial): void {
    if (to.state === 'judged' && to.reverted) this.#reverted.push(to)
    else if (isVerdicted(to) && to.arm !== 'shadow' && !hasVerdictOf(from, to))
      this.#verdicts = [...this.#verdicts.filter(({ id }) => id !== to.id), to]
  }

  take(): TakenNews {
    const taken = { ended: this.#ended, verdicts: this.#verdicts, reverted: this.#reverted }
    this.#ended = []
    this.#verdicts = []
    this.#reverted = []
    return taken
  }
}

function isVerdicted(trial: Trial): trial is Verdicted {
  return trial.state === 'kept' || trial.state === 'reverting' || trial.state === 'judged'
}

function hasVerdictOf(trial: Trial, { verdict, reason }: Verdicted): boolean {
  return isVerdicted(trial) && trial.verdict === verdict && trial.reason === reason
}
