import { alertKey } from './alert-key.ts'
import type { Decision } from './decision.ts'
import type { JudgedTrial, RunningTrial, SettlingTrial, Trial } from './trial.ts'
import { isOpen } from './trial.ts'
import type { Outcome } from './verdict.ts'
import { judgeTrial } from './verdict.ts'
import type { Expectation } from './response.ts'

/** @default of `Expectation.settleMs` and `Expectation.windowMs` */
const DEFAULT_SETTLE_MS = 60_000
const DEFAULT_WINDOW_MS = 60_000

/** Judged trials that are remembered; cooldowns look back an hour at most. */
const MAX_JUDGED = 1000

/** The value an expectation's expression has now for the alert's labels; undefined when there is no data. */
export type Measure = (expect: Expectation, labels: Readonly<Record<string, string>>, now: number) => number | undefined

/** All trials of the process, open and judged. */
export class Trials {
  readonly #trials = new Map<string, Trial>()
  #started = 0

  /** All trials, oldest first. */
  get all(): readonly Trial[] {
    return [...this.#trials.values()]
  }

  get(id: string): Trial | undefined {
    return this.#trials.get(id)
  }

  start({ firing, response, action }: Decision, measure: Measure, now: number): RunningTrial {
    const { expect } = response
    const before = expect && measure(expect, firing.labels, now)
    const trial: RunningTrial = {
      state: 'running',
      id: `${action.name}#${++this.#started}`,
      action: action.name,
      alert: firing.alert,
      alertKey: alertKey(firing),
      labels: firing.labels,
      touches: action.touches,
      startedAt: now,
      ...(expect && { expect }),
      ...(before !== undefined && { before }),
    }
    this.#trials.set(trial.id, trial)
    return trial
  }

  finish(trial: RunningTrial, outcome: Outcome, endedAt: number): SettlingTrial {
    const judgeAt = outcome.status === 'completed' ? endedAt + settleMs(trial.expect) : endedAt
    const settling: SettlingTrial = { ...trial, state: 'settling', outcome, endedAt, judgeAt }
    this.#trials.set(trial.id, settling)
    return settling
  }

  /** Judges the trials whose time has come. */
  judge(measure: Measure, now: number): JudgedTrial[] {
    const judged: JudgedTrial[] = []
    for (const trial of this.#trials.values()) {
      if (trial.state !== 'settling' || trial.judgeAt > now) continue
      const { judgeAt: _, ...rest } = trial
      const after = trial.expect && measure(trial.expect, trial.labels, now)
      const verdict = {
        ...rest,
        state: 'judged' as const,
        judgedAt: now,
        ...judgeTrial(trial.outcome),
        ...(after !== undefined && { after }),
      }
      this.#trials.set(trial.id, verdict)
      judged.push(verdict)
    }
    this.#forget()
    return judged
  }

  #forget(): void {
    let excess = this.#trials.size - MAX_JUDGED
    for (const [id, trial] of this.#trials) {
      if (excess <= 0) return
      if (isOpen(trial)) continue
      this.#trials.delete(id)
      excess--
    }
  }
}

function settleMs(expect: Expectation | undefined): number {
  if (expect === undefined) return 0
  return (expect.settleMs ?? DEFAULT_SETTLE_MS) + (expect.windowMs ?? DEFAULT_WINDOW_MS)
}
