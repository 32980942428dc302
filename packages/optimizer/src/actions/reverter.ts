import type { Faults } from '@homeostat/signals'
import {
  containedSignal,
  describeThrown,
  sleep,
  timeoutSignal,
  untilAborted,
  within,
  withoutTracing,
} from '@homeostat/signals'
import { LateUndoError, RenewalTimeoutError } from './errors.ts'
import type { Receipt, Undo, UndoResult } from '../words/receipt.ts'
import { copyUndoResult } from './receipt-copy.ts'
import type { JudgedTrial, RevertingTrial, Trial } from '../words/trial.ts'
import type { Trials } from '../trials/trials.ts'

/** A change is set back at once, and twice more when that fails: within 5 s all in all, which is what a kill switch is given. */
const WAITS_MS = [0, 250, 750]
const TIMEOUT_MS = 1000
/** What an undo that does not end in time may take beyond it: three of them still make less than 5 s. */
const GRACE_MS = 250
const SWITCH_TIMEOUT_MS = 10_000
/** A renewal that does not end in time counts as failed, and is tried again. */
const RENEW_TIMEOUT_MS = 10_000

export interface ReverterOptions {
  readonly trials: Trials
  readonly faults: Faults
  readonly clock: () => number
  /** Is given each trial whose change was set back, or could not be. */
  readonly onReverted: (trial: JudgedTrial) => void
  /** Is given each trial whose run was given up, changed something all the same, and could not be set back. */
  readonly onLateFailure: (trial: Trial) => void
}

/** Keeps lasting changes alive while they are wanted, and sets them back when they are not. */
export class Reverter {
  readonly #options: ReverterOptions
  readonly #undoing = new Set<Promise<unknown>>()
  readonly #renewing = new Set<string>()
  readonly #switched = new Map<string, boolean>()
  readonly #switching = new Map<string, { readonly done: Promise<unknown>; readonly abort: AbortController }>()
  #reverted: JudgedTrial[] = []

  constructor(options: ReverterOptions) {
    this.#options = options
  }

  /** Sets back what a trial changed. */
  undo(trial: RevertingTrial): void {
    this.#switching.get(trial.id)?.abort.abort(new Error('the change is set back'))
    this.#during(this.#setBack(trial))
  }

  /** Sets back what a run did after nobody waited for it any more. */
  undoLate(trial: Trial, receipt: Receipt): void {
    if (receipt.undo) this.#during(this.#undoLate(trial, receipt.undo))
  }

  /** Switches the change of a switchback on or off; one switch after the other. */
  switch(trial: Trial, isOn: boolean): void {
    const change = receiptOf(trial)?.switch
    if (!change || this.#switched.get(trial.id) === isOn) return
    this.#switched.set(trial.id, isOn)
    const { clock, faults } = this.#options
    const { done: before, abort } = this.#switching.get(trial.id) ?? {
      done: Promise.resolve(),
      abort: new AbortController(),
    }
    const done = before
      .then(() => {
        if (abort.signal.aborted) return
        const signal = AbortSignal.any([abort.signal, timeoutSignal(SWITCH_TIMEOUT_MS)])
        const heard = containedSignal(signal, error => faults.report('action', error))
        const switched = withoutTracing(async () => change(isOn, { now: clock(), signal: heard }))
        return untilAborted(switched, signal, { graceMs: GRACE_MS })
      })
      .catch((error: unknown) => faults.report('action', error))
    this.#switching.set(trial.id, { done, abort })
    this.#during(done)
  }

  /** Prolongs the leases of the changes in force; calls back for those that are lost. */
  renew(trials: readonly Trial[], onLost: (trial: Trial) => void): void {
    for (const trial of trials) {
      const renew = receiptOf(trial)?.renew
      if (!renew || trial.state === 'reverting' || this.#renewing.has(trial.id)) continue
      this.#renewing.add(trial.id)
      // Whoever cannot renew now may next time; the lease itself says when it is too late.
      const { faults } = this.#options
      const late = (): Error => new RenewalTimeoutError(trial.action, RENEW_TIMEOUT_MS)
      void within(RENEW_TIMEOUT_MS, () => withoutTracing(renew), late)
        .catch((error: unknown) => (faults.report('action', error), true))
        .then(isHeld => isHeld || faults.contain('action', () => onLost(trial)))
        .finally(() => this.#renewing.delete(trial.id))
    }
  }

  /** The changes that were set back, or could not be, since this was last asked. */
  takeReverted(): JudgedTrial[] {
    const reverted = this.#reverted
    this.#reverted = []
    return reverted
  }

  /** Waits until everything that is being set back is. */
  async settled(): Promise<void> {
    await Promise.all(this.#undoing)
  }

  #during(work: Promise<unknown>): void {
    const report = (error: unknown): void => this.#options.faults.report('action', error)
    const done = work.catch(report).finally(() => this.#undoing.delete(done))
    this.#undoing.add(done)
  }

  async #setBack(trial: RevertingTrial): Promise<void> {
    const { trials, clock, onReverted } = this.#options
    await this.#switching.get(trial.id)?.done
    const result = await this.#undo(receiptOf(trial)?.undo)
    const reverted = trials.reverted(trial, result, clock())
    this.#switched.delete(trial.id)
    this.#switching.delete(trial.id)
    this.#reverted.push(reverted)
    onReverted(reverted)
  }

  async #undoLate(trial: Trial, undo: Undo): Promise<void> {
    const { result } = await this.#undo(undo)
    if (result !== 'failed') return
    this.#options.faults.report('action', new LateUndoError(trial.action))
    this.#options.onLateFailure(trial)
  }

  async #undo(undo: Undo | undefined): Promise<UndoResult> {
    if (!undo) return { result: 'restored' }
    const { clock, faults } = this.#options
    let result: UndoResult = { result: 'failed', error: 'not tried' }
    let running: Promise<UndoResult> | undefined
    for (const waitMs of WAITS_MS) {
      if (waitMs > 0) await sleep(waitMs)
      const signal = timeoutSignal(TIMEOUT_MS)
      try {
        // One that is only slow is not started a second time beside the first.
        const heard = containedSignal(signal, error => faults.report('action', error))
        running ??= withoutTracing(async () => undo({ now: clock(), signal: heard }))
        const attempt = running
        void attempt.catch(() => (running = undefined))
        const returned = await untilAborted(attempt, signal, { graceMs: GRACE_MS })
        running = undefined
        result = copyUndoResult(returned) ?? { result: 'failed', error: 'its undo() did not say how it ended' }
      } catch (error) {
        faults.report('action', error)
        const why = signal.aborted ? `its undo() did not end within ${TIMEOUT_MS} ms` : describeThrown(error)
        result = { result: 'failed', error: why }
      }
      if (result.result !== 'failed') return result
    }
    return result
  }
}

/** What a trial's run handed in, if it did. */
export function receiptOf(trial: Trial): Receipt | undefined {
  return trial.state !== 'running' && trial.outcome.status === 'completed' ? trial.outcome.receipt : undefined
}
