import type { Faults } from '@homeostat/signals'
import {
  containedSignal,
  describeThrown,
  errorType,
  ignoreRejection,
  timeoutSignal,
  untilAborted,
  withoutTracing,
} from '@homeostat/signals'
import { itemsOf } from '@homeostat/signals/options'
import type { Advice, Receipt } from '../words/receipt.ts'
import { copyReceipt, undoOf } from './receipt-copy.ts'
import type { Action, ActionContext } from '../words/action.ts'
import { isAdvice } from '../words/action.ts'
import type { Decision, Proposal } from '../words/decision.ts'
import { ActionTimeoutError, NotAReceiptError } from './errors.ts'
import type { GrantedPermit } from '../fleet/permit.ts'
import type { KillSwitch } from '../stop/kill-switch.ts'
import { splitOf, verifyingTimes } from '../words/trial-design.ts'
import type { Outcome } from '../words/verdict.ts'

/** An aborted action may still hand in a receipt of what it did until then. */
const GRACE_MS = 1000
/** @default of `Response.timeoutMs` */
export const DEFAULT_TIMEOUT_MS = 10_000

/** For which trial an action is run. */
export interface RunSubject {
  readonly id: string
  readonly startedAt: number
  /** For an action under a lease only. */
  readonly permit?: GrantedPermit | undefined
  /** Receives the receipt of a run whose trial has already ended. */
  readonly onLate: (receipt: Receipt) => void
}

/** A started action. */
export interface Run {
  /** Settles when the action is over; never rejects. */
  readonly done: Promise<Outcome>
  /** Ends the run early; it may still hand in a receipt of what it did until then. */
  abort(because: string): void
}

export interface RunnerOptions {
  readonly killSwitch: KillSwitch
  readonly faults: Faults
  /** The longest an action may hold the event loop at a stretch. */
  readonly sliceMs: number
  readonly clock: () => number
}

/**
 * The one place where effects happen. Every run is contained, has a timeout and an `AbortSignal`, leaves no spans of
 * its own I/O, and one that fails never stops another.
 */
export class Runner {
  readonly #options: RunnerOptions
  readonly #running = new Set<Promise<Outcome>>()
  /** Actions whose promise has not settled, also when nobody waits for it any more. */
  readonly #unsettled = new Map<Promise<unknown>, Action>()
  readonly #stop = new AbortController()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Starts the action of a trial. */
  start(decision: Decision, subject: RunSubject): Run {
    const abort = new AbortController()
    const done = this.#during(this.#run(decision, subject.startedAt, subject, abort.signal))
    return { done, abort: because => abort.abort(new Error(because)) }
  }

  /** Runs an action that only advises. Never rejects. */
  consult(proposal: Proposal, now: number): Promise<Outcome> {
    return this.#during(this.#run(proposal, now))
  }

  /** Asks an action which of the advice it gave was followed; none where it fails or takes too long. Never rejects. */
  async followed(action: Action, given: readonly Advice[]): Promise<readonly Advice[]> {
    const { killSwitch, faults } = this.#options
    const signal = AbortSignal.any([timeoutSignal(DEFAULT_TIMEOUT_MS), killSwitch.signal, this.#stop.signal])
    try {
      const heard = containedSignal(signal, error => faults.report('action', error))
      const asked = withoutTracing(async () => action.followed?.(given, { signal: heard }))
      const followed = itemsOf(await untilAborted<unknown>(asked, signal), given.length) ?? []
      return given.filter(advice => followed.includes(advice))
    } catch (error) {
      if (!signal.aborted) faults.report('action', error)
      return []
    }
  }

  /** Whether a run of the action, or on a resource of it, is still going on, e.g. one that ignored its `AbortSignal`. */
  isUnsettled({ name, touches }: Action): boolean {
    if (this.#unsettled.size === 0) return false
    const running = [...this.#unsettled.values()].filter(other => !isAdvice(other))
    return running.some(other => other.name === name || other.touches.some(resource => touches.includes(resource)))
  }

  /** Aborts what runs and waits for it; at most for the grace that an aborted action has. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('Homeostat is shutting down'))
    await Promise.all(this.#running)
  }

  #during(run: Promise<Outcome>): Promise<Outcome> {
    const done = run.catch((error: unknown) => this.#failed(error)).finally(() => this.#running.delete(done))
    this.#running.add(done)
    return done
  }

  #failed(error: unknown): Outcome {
    this.#options.faults.report('action', error)
    return { status: 'failed', errorType: errorType(error), error: describeThrown(error) }
  }

  async #run(
    { firing, response, action, design }: Proposal & Pick<Decision, 'design'>,
    startedAt: number,
    /** Undefined for advice. */
    subject?: RunSubject,
    ended?: AbortSignal,
  ): Promise<Outcome> {
    const { killSwitch, sliceMs, clock, faults } = this.#options
    const timeoutMs = response.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const timeout = timeoutSignal(timeoutMs)
    const stopped = AbortSignal.any([killSwitch.signal, this.#stop.signal, ...(ended ? [ended] : [])])
    const signal = AbortSignal.any([timeout, stopped])
    const lease = subject?.permit?.lease
    const divided = design?.kind === 'split' && subject ? { id: subject.id, design } : undefined
    const context = {
      firing,
      options: response.options,
      now: startedAt,
      signal: containedSignal(signal, error => faults.report('action', error)),
      sliceMs,
      ...(lease && { lease }),
      ...(divided && {
        split: splitOf(divided.id, divided.design.blockMs, clock),
        blocks: {
          count: divided.design.blocks,
          ms: divided.design.blockMs,
          until: verifyingTimes({ startedAt, response, design: divided.design }).until,
        },
      }),
    }
    let isAwaited = true
    try {
      // A lease may be granted after the switch was tripped: then it does not start at all.
      stopped.throwIfAborted()
      const run = this.#start(action, context)
      void run.then(
        returned => isAwaited || !subject || this.#late(subject, returned),
        () => undefined,
      )
      const returned = await untilAborted(run, signal, { graceMs: GRACE_MS })
      const receipt = copyReceipt(returned, error => faults.report('action', error))
      if (receipt) return { status: 'completed', receipt }
      // A change that cannot be judged is not kept.
      if (subject) this.#late(subject, returned)
      return this.#failed(new NotAReceiptError(action.name))
    } catch (error) {
      isAwaited = false
      ignoreRejection(error)
      if (timeout.aborted) return { status: 'timeout', error: new ActionTimeoutError(action.name, timeoutMs).message }
      if (stopped.aborted) return { status: 'aborted', error: whyStopped(stopped.reason) }
      return this.#failed(error)
    }
  }

  /** Something was returned that no trial takes: what it changed is undone. */
  #late({ onLate }: RunSubject, returned: unknown): void {
    const undo = undoOf(returned)
    const receipt = copyReceipt(returned) ?? (undo && { summary: '', effects: {}, undo })
    if (receipt) this.#options.faults.contain('action', () => onLate(receipt))
  }

  #start(action: Action, context: ActionContext): Promise<unknown> {
    // Inside the promise's function, an action that throws before its first await is contained like any other.
    const run = withoutTracing(() => new Promise<unknown>(resolve => resolve(action.run(context))))
    this.#unsettled.set(run, action)
    return run.finally(() => this.#unsettled.delete(run))
  }
}

/** The reasons of our own abort signals are ours; they name the kill switch, a guard, or the shutdown. */
function whyStopped(reason: unknown): string {
  return reason instanceof Error ? reason.message : 'stopped'
}
