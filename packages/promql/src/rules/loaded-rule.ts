import { AlertingEvaluation } from './alerting-rule.ts'
import type { AlertStates } from './alert-states.ts'
import type { Alert, ResolvedAlert } from './alert.ts'
import { AnnotationList, type Annotation } from '../words/annotation.ts'
import { EvaluationTimeout, RuleError } from '../words/errors.ts'
import { RecordingEvaluation } from './recording-rule.ts'
import { LimitExceeded, nameOf, type LimitedAlerts, type RuleContext, type RuleHealth } from './rule-context.ts'
import type { RecordingRule, Rule } from './rule.ts'
import type { Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** A rule that takes too long again and again is passed over for so many evaluations at most; five minutes at ticks of 5 s. */
const MOST_PASSED_OVER = 60

/** A rule over a store, and how it is doing. */
export class LoadedRule {
  readonly #rule: Rule | RecordingRule
  readonly #evaluation: AlertingEvaluation | RecordingEvaluation
  readonly #states: AlertStates | undefined
  // Each by itself: an object of them would be made anew, or looked for elsewhere in memory, at every evaluation.
  #error: RuleError | undefined
  #evaluatedAt = NaN
  #durationMs: number | undefined
  #annotations: readonly Annotation[] = []
  /** Evaluations that are still passed over, since the rule took too long. */
  #passedOver = 0
  /** How many are passed over after the next time. Doubled each time in a row. */
  #nextPause = 1

  constructor(rule: Rule | RecordingRule, context: RuleContext, store: Store) {
    this.#rule = rule
    if ('record' in rule) this.#evaluation = new RecordingEvaluation(rule, context, store)
    else {
      const alerting = new AlertingEvaluation(rule, context, store)
      this.#evaluation = alerting
      this.#states = alerting.states
    }
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
      // The error still holds, so the alerts stay as they were.
      return this.#error
    }
    const startedMs = clockMs?.()
    const annotations = new AnnotationList()
    let failure: RuleError | undefined
    try {
      yield* this.#evaluation.evaluate(now, annotations)
    } catch (error) {
      failure = new RuleError(nameOf(this.#rule), 'evaluate', 'expr', error, this.#outcome(error))
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

  #outcome(error: unknown): string {
    const rest =
      error instanceof EvaluationTimeout
        ? `; it is passed over for ${this.#nextPause === 1 ? 'one evaluation' : `${this.#nextPause} evaluations`}, and for twice as many each time it takes too long again, at most ${MOST_PASSED_OVER}`
        : ''
    if ('record' in this.#rule) return `nothing is recorded${rest}`
    return `${error instanceof LimitExceeded ? 'its alerts are dropped' : 'its alerts stay as they were'}${rest}`
  }

  dispose(): void {
    this.#evaluation.dispose()
  }

  /** What the last evaluation left out, if anything. */
  get limited(): LimitedAlerts | undefined {
    const evaluation = this.#evaluation
    if ('record' in this.#rule || !('leftOut' in evaluation) || evaluation.leftOut === 0) return undefined
    return { rule: this.#rule, kept: evaluation.states.active, leftOut: evaluation.leftOut }
  }

  /** Adds the pending and firing alerts to a list. */
  list(into: Alert[]): void {
    this.#states?.list(into)
  }

  get resolved(): ResolvedAlert[] {
    return this.#states?.resolved ?? []
  }
}
