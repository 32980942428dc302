import type { Faults } from '@homeostat/signals'
import type { Receipt, UndoResult } from '../words/receipt.ts'
import { Change } from './change.ts'
import { LateUndoError } from './errors.ts'

export interface ReverterOptions {
  readonly faults: Faults
  readonly clock: () => number
}

/** Reverts changes, and knows which are being reverted now. */
export class Reverter {
  readonly #options: ReverterOptions
  readonly #working = new Set<Promise<unknown>>()

  constructor(options: ReverterOptions) {
    this.#options = options
  }

  /** The change that a run has left. */
  changeOf(action: string, receipt: Receipt): Change {
    return new Change(receipt, { action, ...this.#options })
  }

  revert(change: Change, onReverted: (result: UndoResult) => void): void {
    this.#during(change.undo().then(onReverted))
  }

  /** Switches the change of a switchback on or off. */
  switch(change: Change, isOn: boolean): void {
    this.#during(change.switch(isOn))
  }

  /** Reverts what a run changed after nobody waited for it any more. */
  revertLate(action: string, receipt: Receipt, onFailed: () => void): void {
    if (!receipt.undo) return
    this.revert(this.changeOf(action, receipt), ({ result }) => {
      if (result !== 'failed') return
      this.#options.faults.report('action', new LateUndoError(action))
      onFailed()
    })
  }

  /** Waits for everything that is being reverted. */
  async settled(): Promise<void> {
    await Promise.all(this.#working)
  }

  #during(work: Promise<unknown>): void {
    const report = (error: unknown): void => this.#options.faults.report('action', error)
    const done = work.catch(report).finally(() => this.#working.delete(done))
    this.#working.add(done)
  }
}
