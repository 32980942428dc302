import type { Faults } from '@homeostat/signals'
import { errorType, withoutTracing } from '@homeostat/signals'
import type { Receipt } from './receipt.ts'
import { isReceipt } from './receipt.ts'
import type { Action, ActionContext } from './action.ts'
import type { Decision } from './decision.ts'
import { ActionTimeoutError, NotAReceiptError } from './errors.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { RunningTrial, SettlingTrial } from './trial.ts'
import type { Measure, Trials } from './trials.ts'
import type { Outcome } from './verdict.ts'

/** @default of `Response.timeoutMs` */
const DEFAULT_TIMEOUT_MS = 10_000

/** An aborted action may still hand in a receipt of what it did until then. */
const RECEIPT_GRACE_MS = 1000

/** A started action. */
export interface Attempt {
  readonly trial: RunningTrial
  /** Settles when the action is over; never rejects. */
  readonly done: Promise<SettlingTrial>
}

export interface RunnerOptions {
  readonly killSwitch: KillSwitch
  readonly trials: Trials
  readonly measure: Measure
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
  readonly #running = new Map<string, Promise<SettlingTrial>>()
  /** Actions whose promise has not settled, also when nobody waits for it any more. */
  readonly #unsettled = new Set<string>()
  #finished: SettlingTrial[] = []
  readonly #stop = new AbortController()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  carryOut(decisions: readonly Decision[], now: number): Attempt[] {
    return decisions.map(decision => {
      const trial = this.#options.trials.start(decision, this.#options.measure, now)
      const done = this.#run(decision, trial).then(outcome => this.#finish(trial, outcome))
      this.#running.set(trial.id, done)
      return { trial, done }
    })
  }

  /** Whether a run of the action is still going on, e.g. one that ignored its `AbortSignal`. */
  isUnsettled(action: string): boolean {
    return this.#unsettled.has(action)
  }

  /** The attempts that ended since this was last asked. */
  takeFinished(): SettlingTrial[] {
    const finished = this.#finished
    this.#finished = []
    return finished
  }

  /** Aborts what runs and waits for it; at most for the grace that an aborted action has. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('Homeostat is shutting down'))
    await Promise.all(this.#running.values())
  }

  #finish(trial: RunningTrial, outcome: Outcome): SettlingTrial {
    const settling = this.#options.trials.finish(trial, outcome, this.#options.clock())
    this.#running.delete(trial.id)
    this.#finished.push(settling)
    return settling
  }

  async #run({ firing, response, action }: Decision, trial: RunningTrial): Promise<Outcome> {
    const { killSwitch, sliceMs, faults } = this.#options
    const timeoutMs = response.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const timeout = AbortSignal.timeout(timeoutMs)
    const stopped = AbortSignal.any([killSwitch.signal, this.#stop.signal])
    const signal = AbortSignal.any([timeout, stopped])
    const context = { firing, options: response.options, now: trial.startedAt, signal, sliceMs }
    try {
      const receipt = await untilAborted(this.#start(action, context), signal)
      if (!isReceipt(receipt)) throw new NotAReceiptError(action.name)
      return { status: 'completed', receipt }
    } catch (error) {
      if (timeout.aborted) return { status: 'timeout', error: new ActionTimeoutError(action.name, timeoutMs).message }
      const message = error instanceof Error ? error.message : String(error)
      if (stopped.aborted) return { status: 'aborted', error: message }
      faults.report('action', error)
      return { status: 'failed', errorType: errorType(error), error: message }
    }
  }

  #start(action: Action, context: ActionContext): Promise<Receipt> {
    this.#unsettled.add(action.name)
    // Inside the promise's function, an action that throws before its first await is contained like any other.
    const run = withoutTracing(() => new Promise<Receipt>(resolve => resolve(action.run(context))))
    return run.finally(() => this.#unsettled.delete(action.name))
  }
}

/** Waits for the receipt; after an abort only for the grace, so that an action that ignores its signal holds nobody up. */
function untilAborted(receipt: Promise<Receipt>, signal: AbortSignal): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      grace = setTimeout(() => reject(signal.reason), RECEIPT_GRACE_MS)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    void receipt.then(resolve, reject).finally(() => {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    })
  })
}
