import { touchedBy } from '../words/action.ts'
import type { SpanContext } from '@opentelemetry/api'
import { alertKey } from '../words/alert-key.ts'
import type { Decision } from '../words/decision.ts'
import type { Sample } from '@homeostat/judge'
import type { RevertCause } from './course.ts'
import type { UndoResult } from '../words/receipt.ts'
import type { Expectation } from '../words/response.ts'
import type {
  JudgedTrial,
  KeptTrial,
  OpenTrial,
  RevertingTrial,
  RunningTrial,
  SettlingTrial,
  Trial,
} from '../words/trial.ts'
import { isOpen } from '../words/trial.ts'
import type { Judgement, Outcome } from '../words/verdict.ts'

/** @default of `Expectation.settleMs` and `Expectation.windowMs`. A median of two minutes varies a fifth less than one of a minute. */
export const DEFAULT_SETTLE_MS = 60_000
export const DEFAULT_WINDOW_MS = 120_000

/** Judged trials that are remembered; cooldowns and budgets look back an hour at most. */
const MAX_JUDGED = 1000

/** An open trial to which something happened, as it was before. */
type Done = Exclude<OpenTrial, RunningTrial>

/** A verdict with what was not seen. */
type Judged = Judgement & { readonly blindSpots: readonly string[] }

/** All trials of the process, open and judged, and the steps they go. It decides nothing: `Supervision` does. */
export class Trials {
  readonly #trials = new Map<string, Trial>()
  readonly #open = new Map<string, OpenTrial>()
  /** Of all trials, in the order of their start. */
  readonly #ids: string[] = []
  #openList: readonly OpenTrial[] | undefined
  #started = 0

  /** All trials, oldest first. */
  get all(): readonly Trial[] {
    return [...this.#trials.values()]
  }

  get open(): readonly OpenTrial[] {
    // Asked many times a tick and changed seldom.
    return (this.#openList ??= [...this.#open.values()])
  }

  /** Those that began after a time, newest first. */
  since(time: number): readonly Trial[] {
    const recent: Trial[] = []
    for (let index = this.#ids.length - 1; index >= 0; index--) {
      const trial = this.#trials.get(this.#ids[index]!)!
      if (trial.startedAt <= time) break
      recent.push(trial)
    }
    return recent
  }

  get(id: string): Trial | undefined {
    return this.#trials.get(id)
  }

  start(decision: Decision, before: readonly Sample[], traces: readonly SpanContext[], now: number): RunningTrial {
    return this.#put({ ...this.#begin(decision, before, traces, now), state: 'running' })
  }

  /** A trial in which nothing is done. */
  withhold(decision: Decision, before: readonly Sample[], now: number): SettlingTrial {
    const outcome: Outcome = { status: 'withheld' }
    return this.#put({ ...this.#begin(decision, before, [], now), state: 'settling', outcome, endedAt: now })
  }

  finish(trial: RunningTrial, outcome: Outcome, endedAt: number): SettlingTrial {
    // By its id: values may have been gathered since it started.
    const current = this.#trials.get(trial.id) as RunningTrial
    return this.#put({ ...current, state: 'settling', outcome, endedAt })
  }

  verify(trial: SettlingTrial): void {
    this.#put({ ...trial, state: 'verifying' })
  }

  /** Adds a value to those from after the decision. */
  gather(trial: OpenTrial, sample: Sample): void {
    ;(trial.after as Sample[]).push(sample)
  }

  /** Adds a value of the units that a split leaves alone. */
  gatherBeside(trial: OpenTrial, sample: Sample): void {
    ;(trial.beside as Sample[]).push(sample)
  }

  close(trial: Done, judgement: Judged, now: number): JudgedTrial {
    return this.#put({ ...judged(trial, judgement, now), state: 'judged' })
  }

  keep(trial: Done, judgement: Judged, now: number): KeptTrial {
    return this.#put({ ...judged(trial, judgement, now), state: 'kept' })
  }

  revert(trial: Done, judgement: Judged, because: RevertCause, now: number): RevertingTrial {
    return this.#put({ ...judged(trial, judgement, now), state: 'reverting', because, from: now })
  }

  reverted(trial: RevertingTrial, result: UndoResult, at: number): JudgedTrial {
    const { because, from, ...rest } = trial
    return this.#put<JudgedTrial>({ ...rest, state: 'judged', reverted: { ...result, because, from, at } })
  }

  #begin(
    { firing, response, action, arm, version, alternatives, gates, design }: Decision,
    before: readonly Sample[],
    traces: readonly SpanContext[],
    now: number,
  ): Omit<RunningTrial, 'state'> {
    return {
      id: `${action.name}#${++this.#started}`,
      action: action.name,
      arm,
      alert: firing.alert,
      alertKey: alertKey(firing),
      labels: firing.labels,
      touches: touchedBy(action),
      gates,
      alternatives: alternatives.map(({ response: other, reason, detail }) => ({
        ...(other && { action: other.action }),
        reason,
        detail,
      })),
      value: firing.value,
      traces,
      response,
      version,
      startedAt: now,
      before,
      after: [],
      beside: [],
      ...(design && { design }),
    }
  }

  #put<T extends Trial>(trial: T): T {
    if (!this.#trials.has(trial.id)) this.#ids.push(trial.id)
    this.#trials.set(trial.id, trial)
    this.#openList = undefined
    if (isOpen(trial)) this.#open.set(trial.id, trial)
    else this.#close(trial.id)
    return trial
  }

  #close(id: string): void {
    this.#open.delete(id)
    // Budgets count what was done and withheld; where many alerts are only watched, that must not be forgotten for them.
    this.#forget(trial => trial.arm === 'shadow')
    this.#forget(() => true)
  }

  #forget(isForgettable: (trial: Trial) => boolean): void {
    for (let index = 0; this.#ids.length > MAX_JUDGED && index < this.#ids.length;) {
      const oldest = this.#ids[index]!
      if (this.#open.has(oldest) || !isForgettable(this.#trials.get(oldest)!)) index++
      else {
        this.#trials.delete(oldest)
        this.#ids.splice(index, 1)
      }
    }
  }
}

function judged(trial: Done, judgement: Judged, now: number): Omit<JudgedTrial, 'state'> {
  if (trial.state === 'kept' || trial.state === 'reverting') return { ...trial, ...judgement }
  return { ...trial, judgedAt: now, ...judgement }
}

/** When the values that count begin and end. Both arms count from the decision, so that they are compared at the same age. */
export function verifyingTimes(trial: Pick<Trial, 'startedAt' | 'response' | 'design'>): {
  from: number
  until: number
} {
  const { design } = trial
  if (design?.kind === 'switchback') return { from: design.plan[0]!.from, until: design.plan.at(-1)!.to }
  const { settleMs = DEFAULT_SETTLE_MS, windowMs = DEFAULT_WINDOW_MS }: Partial<Expectation> =
    trial.response.expect ?? {}
  const from = trial.startedAt + settleMs
  return { from, until: from + (design ? design.blocks * design.blockMs : windowMs) }
}
