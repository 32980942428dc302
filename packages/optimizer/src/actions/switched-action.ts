import { containedSignal, logFirst, sleep, timeoutSignal, untilAborted } from '@homeostat/signals'
import type { Action, ActionContext } from '../words/action.ts'
import type { Decision } from '../words/decision.ts'
import { NotAReceiptError, LateUndoError } from './errors.ts'
import type { SwitchbackBlock } from '@homeostat/judge'
import type { Receipt, UndoContext, UndoResult } from '../words/receipt.ts'
import { copyReceipt, copyUndoResult, ownReceipt, undoOf } from './receipt-copy.ts'
import { isEmptyReceipt } from '../words/receipt.ts'

/** An action cannot be switched off again. */
export class NotSwitchableError extends Error {
  override readonly name = 'NotSwitchableError'
  readonly code = 'HOMEOSTAT_NOT_SWITCHABLE'

  constructor(action: string) {
    super(
      `${action} cannot be reverted, so a switchback cannot try it; leave out the response's design, or hand in undo()`,
    )
  }
}

/** A change could not be switched off; the message is that of its undo. */
class SwitchOffError extends Error {
  override readonly name = 'SwitchOffError'
  readonly code = 'HOMEOSTAT_SWITCH_OFF'
}

/** A decision with its action as its trial needs it. */
export function switchable(decision: Decision): Decision {
  const { action, design } = decision
  return design?.kind === 'switchback' ? { ...decision, action: switchedAction(action, design.plan) } : decision
}

/**
 * An action as a switchback tries it: on and off again, as its plan says. Its receipt can be switched; undone, it is off
 * for good.
 */
function switchedAction(action: Action, plan: readonly SwitchbackBlock[]): Action {
  return {
    ...action,
    run: async context => {
      const change = new SwitchedChange(action, context, plan.filter(({ arm }) => arm === 'act').length)
      if (plan[0]?.arm === 'act') await change.switch(true, context)
      const summary = `tries ${action.name} on and off in ${plan.length} blocks of ${blockSeconds(plan)} s`
      return receiptOf(change, change.receipt ? `${summary}; ${change.receipt.summary}` : summary)
    },
  }
}

/** The receipt of an action that is off, and that its owner switches on and off. */
export function switchedReceipt(action: Action, context: ActionContext): Receipt {
  return receiptOf(new SwitchedChange(action, context, 0), `tries ${action.name} on and off`)
}

function receiptOf(change: SwitchedChange, summary: string): Receipt {
  return ownReceipt({
    summary,
    effects: change.effects,
    renew: () => change.renew(),
    undo: context => change.end(context),
    switch: (isOn, context) => change.switch(isOn, context),
  })
}

const UNCLEAR: UndoResult = { result: 'failed', error: 'its undo() returned no result' }

/** The change of a run that came too late is undone at once, and again a few times when that fails. */
const LATE_WAITS_MS = [0, 250, 750, 5000, 30_000]
const LATE_TIMEOUT_MS = 1000

const reportListener = logFirst('a listener of the abort signal of an undo')

class SwitchedChange {
  receipt: Receipt | undefined
  /** In how many blocks it is made: as planned, less those in which nothing was done. None at all makes the trial a `noop`. */
  readonly effects: { blocks: number }
  readonly #action: Action
  readonly #context: ActionContext
  #isSwitchable = true
  #isUndoing = false
  #isOver = false

  constructor(action: Action, context: ActionContext, blocks: number) {
    this.#action = action
    this.#context = context
    this.effects = { blocks }
  }

  async switch(isOn: boolean, { now, signal }: UndoContext): Promise<void> {
    if (isOn === (this.receipt !== undefined)) return
    if (!isOn) {
      const undone = await this.undo({ now, signal })
      if (undone.result === 'failed') throw new SwitchOffError(undone.error)
      return
    }
    this.effects.blocks = Math.max(0, this.effects.blocks - 1)
    // A change that cannot be reverted is not made a second time.
    if (!this.#isSwitchable) return
    const returned: unknown = await this.#action.run({ ...this.#context, now, signal })
    const receipt = copyReceipt(returned)
    if (!receipt) {
      // A change that cannot be judged is not kept.
      await undoOf(returned)?.({ now, signal })
      throw new NotAReceiptError(this.#action.name)
    }
    if (isEmptyReceipt(receipt)) return
    this.#isSwitchable = receipt.undo !== undefined
    if (!receipt.undo) throw new NotSwitchableError(this.#action.name)
    this.receipt = receipt
    this.effects.blocks++
    // It came after nobody waited for it any more.
    if (this.#isOver) await this.#undoLate(now)
  }

  /** There is no other retry: the trial is over. */
  async #undoLate(now: number): Promise<void> {
    for (const waitMs of LATE_WAITS_MS) {
      await sleep(waitMs)
      const signal = containedSignal(timeoutSignal(LATE_TIMEOUT_MS), reportListener)
      const undo = untilAborted(() => this.undo({ now, signal }), signal, { graceMs: 250 })
      if (await undo.then(({ result }) => result !== 'failed').catch(() => false)) return
    }
    throw new LateUndoError(this.#action.name)
  }

  /** Off for good. */
  end(context: UndoContext): Promise<UndoResult> {
    this.#isOver = true
    return this.undo(context)
  }

  async undo(context: UndoContext): Promise<UndoResult> {
    const receipt = this.receipt
    if (!receipt?.undo) return { result: 'restored' }
    this.#isUndoing = true
    try {
      const undone = copyUndoResult(await receipt.undo(context)) ?? UNCLEAR
      if (undone.result !== 'failed') this.receipt = undefined
      return undone
    } finally {
      this.#isUndoing = false
    }
  }

  /** A change that is switched off has no lease to lose, also while it is being switched off. */
  async renew(): Promise<boolean> {
    const receipt = this.receipt
    const isHeld = (await receipt?.renew?.()) ?? true
    return isHeld || this.#isUndoing || this.receipt !== receipt
  }
}

function blockSeconds([first]: readonly SwitchbackBlock[]): number {
  return first ? Math.round((first.to - first.from) / 1000) : 0
}
