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
import type { Receipt, Undo, UndoResult } from '../words/receipt.ts'
import { RenewalTimeoutError } from './errors.ts'
import { copyUndoResult } from './receipt-copy.ts'

/** An undo is tried at once, and twice more when it fails: within 5 s all in all, the time that a kill switch is given. */
const WAITS_MS = [0, 250, 750]
const TIMEOUT_MS = 1000
/** How much longer an undo may take that does not end in time: three of them still make less than 5 s. */
const GRACE_MS = 250
const SWITCH_TIMEOUT_MS = 10_000
/** A renewal that does not end in time counts as failed, and is tried again. */
const RENEW_TIMEOUT_MS = 10_000

export interface ChangeOptions {
  readonly action: string
  readonly faults: Faults
  readonly clock: () => number
}

/** What one run has changed: kept alive while it is wanted, switched on and off for a switchback, and undone. */
export class Change {
  readonly #receipt: Receipt
  readonly #options: ChangeOptions
  readonly #ended = new AbortController()
  #isOn: boolean | undefined
  #switching: Promise<unknown> = Promise.resolve()
  #isRenewing = false

  constructor(receipt: Receipt, options: ChangeOptions) {
    this.#receipt = receipt
    this.#options = options
  }

  /**
   * Switches the change of a switchback on or off, one switch after the other. Never rejects.
   *
   * @param isRepeated also where it was switched so before, because that switch may have failed
   */
  switch(isOn: boolean, isRepeated = false): Promise<unknown> {
    const { switch: change } = this.#receipt
    if (!change || (this.#isOn === isOn && !isRepeated)) return this.#switching
    this.#isOn = isOn
    const { clock, faults } = this.#options
    this.#switching = this.#switching
      .then(() => {
        if (this.#ended.signal.aborted) return
        const signal = AbortSignal.any([this.#ended.signal, timeoutSignal(SWITCH_TIMEOUT_MS)])
        const heard = containedSignal(signal, error => faults.report('action', error))
        const switched = withoutTracing(async () => change(isOn, { now: clock(), signal: heard }))
        return untilAborted(switched, signal, { graceMs: GRACE_MS })
      })
      .catch((error: unknown) => faults.report('action', error))
    return this.#switching
  }

  /** Prolongs the lease of the change, if it has one; calls back when the lease is lost. */
  renew(onLost: () => void): void {
    const { renew } = this.#receipt
    if (!renew || this.#isRenewing) return
    this.#isRenewing = true
    const { action, faults } = this.#options
    const late = (): Error => new RenewalTimeoutError(action, RENEW_TIMEOUT_MS)
    // A renewal that fails now may succeed next time; the lease itself says when it is too late.
    void within(RENEW_TIMEOUT_MS, () => withoutTracing(renew), late)
      .catch((error: unknown) => (faults.report('action', error), true))
      .then(isHeld => isHeld || faults.contain('action', onLost))
      .finally(() => (this.#isRenewing = false))
  }

  /** Undoes the change, after the switch that is under way. Never rejects. */
  async undo(): Promise<UndoResult> {
    this.#ended.abort(new Error('the change is reverted'))
    await this.#switching
    const { undo } = this.#receipt
    return undo ? this.#undo(undo) : { result: 'restored' }
  }

  async #undo(undo: Undo): Promise<UndoResult> {
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
        result = copyUndoResult(returned) ?? { result: 'failed', error: 'its undo() returned no result' }
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
