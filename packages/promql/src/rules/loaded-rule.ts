import { AlertingEvaluation } from './alerting-rule.ts'
import type { AlertStates, RuleStates } from './alert-states.ts'
import type { ResolvedAlert } from './alert.ts'
import { AnnotationList, type Annotation } from '../words/annotation.ts'
import { EvaluationTimeout, RuleError } from '../words/errors.ts'
import { RecordingEvaluation } from './recording-rule.ts'
import { LimitExceeded, nameOf, type LimitedAlerts, type RuleContext, type RuleHealth } from './rule-context.ts'
import type { RecordingRule, Rule } from './rule.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** A rule that takes too long repeatedly is passed over for at most so many evaluations: five minutes at ticks of 5 s. */
const MOST_PASSED_OVER = 60

/** The evaluation of one kind of rule, alerting or recording. */
interface RuleEvaluation<A> {
  /** Equal for the same rule before and after a reload. */
  readonly identity: string
  /** The states of its alerts; a recording rule has none. */
  readonly states?: RuleStates<A>
  evaluate(now: number, annotations: AnnotationList): Steps<void>
  /** Called instead of `evaluate` when the rule failed or its group is not due. */
  pass?(why: 'failed' | 'not due', now: number): Steps<void>
  /** Goes on where a rule of the same identity was before a reload. */
  takeOver(previous: RuleEvaluation<A>): void
  /** The rule is gone: its alerts and series end. */
  end(now: number): void
  dispose(): void
}

/** A rule over a store, and its health. */
export class LoadedRule<A> {
  readonly #rule: Rule | RecordingRule
  readonly #evaluation: RuleEvaluation<A>
  readonly #states: RuleStates<A> | undefined
  // Separate fields: one object would be made anew, or read from elsewhere in memory, at every evaluation.
  #error: RuleError | undefined
  #evaluatedAt = NaN
  #durationMs: number | undefined
  #annotations: readonly Annotation[] = []
  /** Evaluations that are still passed over, since the rule took too long. */
  #passedOver = 0
  /** How many are passed over after the next time. Doubled each time in a row. */
  #nextPause = 1

  constructor(rule: Rule | RecordingRule, context: RuleContext, store: Store, states: AlertStates<A>) {
    this.#rule = rule
    this.#evaluation =
      'record' in rule
        ? new RecordingEvaluation(rule, context, store)
        : new AlertingEvaluation(rule, context, store, states)
    this.#states = this.#evaluation.states
  }

  get health(): RuleHealth {
    const evaluated = !Number.isNaN(this.#evaluatedAt)
    return {
      rule: this.#rule,
      health: !evaluated ? 'unknown' : this.#error === undefined ? 'ok' : 'error',
      lastError: this.#error,
      lastEvaluation: evaluated ? this.#evaluatedAt : undefined,
      durationMs: this.#durationMs,
      annotations: this.#annotations,
    }
  }

  *evaluate(now: number, clockMs: (() => number) | undefined): Steps<RuleError | undefined> {
    if (this.#passedOver > 0) {
      this.#passedOver--
      yield* this.#passAsFailed(now)
      return this.#error
    }
    const startedMs = clockMs?.()
    const annotations = new AnnotationList()
    let failure: RuleError | undefined
    try {
      yield* this.#evaluation.evaluate(now, annotations)
    } catch (error) {
      failure = yield* this.#fail(error, now)
    }
    if (failure?.cause instanceof EvaluationTimeout) {
      this.#passedOver = this.#nextPause
      this.#nextPause = Math.min(2 * this.#nextPause, MOST_PASSED_OVER)
    } else this.#nextPause = 1
    if (startedMs !== undefined && clockMs !== undefined) this.#durationMs = clockMs() - startedMs
    this.#evaluatedAt = now
    this.#error = failure
    this.#annotations = annotations.all
    return failure
  }

  /** Its group is not due. */
  *pass(now: number): Steps<RuleError | undefined> {
    try {
      if (this.#evaluation.pass !== undefined) yield* this.#evaluation.pass('not due', now)
      return undefined
    } catch (error) {
      return yield* this.#fail(error, now)
    }
  }

  *#fail(error: unknown, now: number): Steps<RuleError> {
    yield* this.#passAsFailed(now)
    return new RuleError(nameOf(this.#rule), 'evaluate', 'expr', error, this.#outcome(error))
  }

  *#passAsFailed(now: number): Steps<void> {
    try {
      if (this.#evaluation.pass !== undefined) yield* this.#evaluation.pass('failed', now)
    } catch {
      // The rule failed already, and that is what is reported.
    }
  }

  #outcome(error: unknown): string {
    const rest =
      error instanceof EvaluationTimeout
        ? `; it is passed over for ${this.#nextPause === 1 ? 'one evaluation' : `${this.#nextPause} evaluations`}, and for twice as many each time it takes too long again, at most ${MOST_PASSED_OVER}`
        : ''
    if (this.#states === undefined) return `nothing is recorded${rest}`
    const dropped = error instanceof LimitExceeded && this.#states.active === 0
    return `${dropped ? 'its alerts are dropped' : 'its alerts stay as they were'}${rest}`
  }

  dispose(): void {
    this.#evaluation.dispose()
  }

  /** Equal for the same rule before and after a reload. */
  get identity(): string {
    return this.#evaluation.identity
  }

  /** Goes on where a rule of the same identity was before a reload. */
  takeOver(previous: LoadedRule<A>): void {
    this.#evaluation.takeOver(previous.#evaluation)
  }

  /** The rule is gone: its alerts and series end. */
  end(now: number): void {
    this.#evaluation.end(now)
  }

  /** The alerts that the last evaluation left out, if any. */
  get limited(): LimitedAlerts | undefined {
    const states = this.#states
    if (states === undefined || states.leftOut === 0 || 'record' in this.#rule) return undefined
    return { rule: this.#rule, kept: states.active, leftOut: states.leftOut }
  }

  /** Rises with each change of its alerts. */
  get changes(): number {
    return this.#states?.changes ?? 0
  }

  /** Adds the pending and firing alerts to a list. */
  list(into: A[]): void {
    this.#states?.list(into)
  }

  /** The alerts that ended not long ago, where the states remember them. */
  get resolved(): readonly ResolvedAlert[] {
    return this.#states?.resolved ?? []
  }
}
