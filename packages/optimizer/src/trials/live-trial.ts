import type { Faults } from '@homeostat/signals'
import type { Change } from '../actions/change.ts'
import type { Reverter } from '../actions/reverter.ts'
import type { Run, Runner } from '../actions/runner.ts'
import { switchable } from '../actions/switched-action.ts'
import type { Program } from '../alerts/program.ts'
import type { GrantedPermit } from '../fleet/permit.ts'
import type { Decision } from '../words/decision.ts'
import type { Receipt } from '../words/receipt.ts'
import { isEmptyReceipt } from '../words/receipt.ts'
import type { RunningTrial, SettlingTrial, Trial } from '../words/trial.ts'
import { receiptOf } from '../words/trial.ts'
import { isOnAt } from '../words/trial-design.ts'
import type { Judgement } from '../words/verdict.ts'
import type { TrialEvent, TrialPolicy } from './advance-trial.ts'
import { advanceTrial, afterRun } from './advance-trial.ts'
import type { TrialHistories, TrialHistory } from './trial-history.ts'
import type { GuardLook } from './trial-guards.ts'
import { TrialGuards } from './trial-guards.ts'
import type { GatheredValues } from './trial-values.ts'
import { gatherValues, isToBeJudged } from './trial-values.ts'

/** What all trials of a loop share. */
export interface TrialSurroundings {
  readonly runner: Runner
  readonly reverter: Reverter
  readonly faults: Faults
  readonly histories: TrialHistories
  /** Time between ticks; says how many values a window holds. */
  readonly intervalMs: number
  /** Time between looks at guards of open trials; undefined where nobody looks between two ticks. */
  readonly lookMs: () => number | undefined
  readonly clock: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** Receives what happens to a trial. */
export interface TrialListener {
  /** The run is over. */
  ended(trial: SettlingTrial): void
  advanced(live: LiveTrial, from: Trial, to: Trial): void
}

export interface LiveTrialOptions extends TrialSurroundings {
  /** As it begins. */
  readonly trial: RunningTrial | SettlingTrial
  /** The arrays that the trial shows as `after` and `beside`. */
  readonly values: GatheredValues
  /** The one the trial began under: a reload does not change a trial in flight. */
  readonly program: Program
  readonly listener: TrialListener
}

/**
 * A trial in flight: its state, which only `advanceTrial` changes, and what belongs to it alone, namely its program, its guards,
 * its run and the change that the run has left. Each step of the state has the effect that it takes: an abort, a switch, an undo.
 */
export class LiveTrial {
  readonly program: Program
  readonly #options: LiveTrialOptions
  readonly #guards: TrialGuards
  readonly #policy: TrialPolicy
  #trial: Trial
  #run: Run | undefined
  #change: Change | undefined
  /** Why its guards were breached, in one line. */
  #breach: string | undefined

  constructor(options: LiveTrialOptions) {
    this.#options = options
    this.program = options.program
    this.#trial = options.trial
    const guards = (this.#guards = new TrialGuards(options.trial, options.program, options))
    this.#policy = {
      get jitter() {
        return options.random()
      },
      get blindSpots() {
        return guards.blindSpots
      },
    }
  }

  /** As it is now. */
  get trial(): Trial {
    return this.#trial
  }

  /** Runs the action. Settles when the run is over; never rejects. */
  start(decision: Decision, trial: RunningTrial, permit: GrantedPermit | undefined): Promise<SettlingTrial> {
    const { id, startedAt } = trial
    const { runner, reverter, faults, clock } = this.#options
    const onFailed = (): void => this.#history.advance({ type: 'reverted', result: 'failed' }, clock())
    const onLate = (receipt: Receipt): void => reverter.revertLate(trial.action, receipt, onFailed)
    const run = (this.#run = runner.start(switchable(decision), { id, startedAt, permit, onLate }))
    return run.done.then(outcome => {
      const over = afterRun(trial, outcome, clock())
      faults.contain('action', () => this.#ended(over))
      return over
    })
  }

  /** The guards that are to be read between two ticks. A control is watched as a run is, since their breaches are compared. */
  get close(): TrialGuards['close'] {
    return this.#isWatched ? this.#guards.close : []
  }

  /** Reads the guards; returns why one is breached, once. */
  observe(look: GuardLook): string | undefined {
    const { now } = look
    const reason = this.#guards.observe(look)
    if (reason === undefined || !this.#isWatched) return undefined
    this.#breach = reason
    this.#history.breach(this.#trial, now)
    // The breach is checked again when the run has ended: it may have changed nothing.
    if (this.#trial.state === 'running') this.#run?.abort(breachText(reason))
    else this.#breached(reason, now)
    return reason
  }

  /** Time has passed: opens the window, gathers values, switches a switchback, judges. */
  tick(now: number): void {
    const { values, intervalMs } = this.#options
    this.#advance({ type: 'tick' }, now)
    const trial = this.#trial
    if (trial.state !== 'verifying') return
    gatherValues(trial, values, this.program.measurement, now)
    if (isToBeJudged(trial, intervalMs, now))
      this.#advance({ type: 'judged', judgement: this.#history.judge(trial, now, this.#breach !== undefined) }, now)
    // A change that is kept is not taken away for a moment after the last block.
    else if (trial.design?.kind === 'switchback') this.#switch(isOnAt(trial.design.plan, now))
  }

  /** Prolongs the lease of its change. */
  renew(): void {
    if (this.#trial.state === 'reverting' || this.#trial.state === 'judged') return
    const reason = 'its lease was lost, or somebody else has set it meanwhile'
    this.#change?.renew(() =>
      this.#advance({ type: 'lost', judgement: { verdict: 'inconclusive', reason } }, this.#options.clock()),
    )
  }

  /** The alert is over. */
  resolve(now: number): void {
    this.#advance({ type: 'resolved' }, now)
  }

  /** Ends it for a trial that comes first. */
  preempt(judgement: Judgement, now: number): void {
    this.#advance({ type: 'preempted', judgement }, now)
  }

  /** Ends it for the kill switch, which aborts the run itself. */
  kill(by: string, now: number): void {
    const reason = `ended by the kill switch (${by})`
    this.#advance({ type: 'killed', judgement: { verdict: 'inconclusive', reason } }, now)
  }

  /** A shadow changes nothing and is compared with nothing, and a change that is being reverted has been given up already. */
  get #isWatched(): boolean {
    return this.#trial.arm !== 'shadow' && this.#trial.state !== 'reverting' && this.#breach === undefined
  }

  get #history(): TrialHistory {
    return this.#options.histories.of(this.#trial)
  }

  #ended(over: SettlingTrial): void {
    const { outcome, endedAt: now } = over
    const { reverter, listener } = this.#options
    listener.ended(over)
    const receipt = receiptOf(over)
    if (receipt) this.#change = reverter.changeOf(over.action, receipt)
    const isPreempted = this.#trial.state === 'running' && this.#trial.ending?.judgement !== undefined
    const own = receipt?.judgement
    if (own) this.#history.judgedItself(own, now)
    const isAwaited = receipt !== undefined && !isEmptyReceipt(receipt)
    // Somebody wanted the run to end: a change that it has made all the same is not kept because the run itself approves of it.
    const isBreached = this.#breach !== undefined && receipt?.undo !== undefined
    const isOpen = isPreempted || isBreached || (isAwaited && !own)
    const judgement = isOpen ? undefined : (own ?? this.#history.judge(over, now, this.#breach !== undefined))
    this.#advance({ type: 'ended', outcome, ...(judgement && { judgement }) }, now)
    if (this.#breach !== undefined) this.#breached(this.#breach, now)
  }

  #breached(reason: string, now: number): void {
    const trial = this.#trial
    if (trial.arm !== 'act' || trial.state === 'running' || trial.state === 'reverting' || trial.state === 'judged')
      return
    const { verdict } = trial.state === 'kept' ? trial : this.#history.judge(trial, now, true)
    const judgement: Judgement = {
      verdict: verdict === 'harmful' ? verdict : 'inconclusive',
      reason: breachText(reason),
    }
    this.#advance({ type: 'breached', judgement }, now)
  }

  #advance(event: TrialEvent, now: number): void {
    const from = this.#trial
    const to = advanceTrial(from, event, now, this.#policy)
    if (to === from) return
    this.#trial = to
    this.#options.listener.advanced(this, from, to)
    if (to.state === from.state) {
      if (to.state === 'running' && event.type === 'preempted') this.#run?.abort(event.judgement.reason)
    } else if (to.state === 'kept') this.#switch(true)
    else if (to.state === 'reverting') this.#revert()
  }

  #switch(isOn: boolean): void {
    if (this.#change) this.#options.reverter.switch(this.#change, isOn)
  }

  #revert(): void {
    const { reverter, clock } = this.#options
    if (!this.#change) return
    reverter.revert(this.#change, result => {
      const now = clock()
      this.#advance({ type: 'reverted', result }, now)
      this.#history.advance({ type: 'reverted', result: result.result }, now)
    })
  }
}

function breachText(reason: string): string {
  return `a guard was breached: ${reason}`
}
