import type {
  BreakerState,
  GuardedCallContext,
  GuardedCallOptions,
  GuardedOptions,
  GuardedService,
} from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import { FailureJudge } from './failure-judge.ts'

/** What is known of one call; the options were checked. */
export interface CallTerms {
  readonly options: GuardedOptions
  readonly judge: FailureJudge
  readonly signal: AbortSignal | undefined
}

/** Makes the calls to one origin. */
interface CallMaker extends Pick<GuardedService, 'origin' | 'state' | 'isEnforced'> {
  execute<T>(call: (context: GuardedCallContext) => T | PromiseLike<T>, terms: CallTerms): Promise<T>
}

/** The calls to one origin that have the same options. */
export class GuardedCalls implements GuardedService {
  readonly options: GuardedOptions
  readonly #guarded: CallMaker
  readonly #judge: FailureJudge
  readonly #faults: Faults
  #hasWarned = false

  constructor(guarded: CallMaker, options: GuardedOptions, faults: Faults) {
    this.#guarded = guarded
    this.options = options
    this.#faults = faults
    this.#judge = new FailureJudge(options.isFailure, faults)
  }

  get origin(): string {
    return this.#guarded.origin
  }

  get state(): BreakerState {
    return this.#guarded.state
  }

  get isEnforced(): boolean {
    return this.#guarded.isEnforced
  }

  async execute<T>(
    call: (context: GuardedCallContext) => T | PromiseLike<T>,
    options?: GuardedCallOptions,
  ): Promise<T> {
    // No failure of the service.
    if (typeof call !== 'function') throw new TypeError('execute() of a guarded service expects a function')
    return this.#guarded.execute(call, { options: this.options, judge: this.#judge, signal: this.#signalOf(options) })
  }

  #signalOf(options: unknown): AbortSignal | undefined {
    const signal = fieldOf(options, 'signal')
    if (signal === undefined || signal === null) return undefined
    // Also one of another realm, or of a library.
    if (typeof fieldOf(signal, 'aborted') === 'boolean' && typeof fieldOf(signal, 'addEventListener') === 'function')
      return signal as AbortSignal
    if (!this.#hasWarned)
      this.#faults.log('warn', 'the signal of a guarded call must be an AbortSignal; what was given is ignored')
    this.#hasWarned = true
    return undefined
  }
}
