import type { Verdicted } from '../words/trial.ts'

/** The verdicts since they were last asked for, one per trial. Shadow episodes have none. */
export class VerdictNews {
  #trials: Verdicted[] = []

  add<T extends Verdicted>(trial: T): T {
    const isNews = !this.#trials.some(({ id }) => id === trial.id)
    if (isNews && trial.arm !== 'shadow') this.#trials.push(trial)
    return trial
  }

  take(): Verdicted[] {
    const trials = this.#trials
    this.#trials = []
    return trials
  }
}
