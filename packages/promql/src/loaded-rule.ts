import { AlertingEvaluation } from './alerting-rule.ts'
import type { Alert, ResolvedAlert } from './alert.ts'
import { AnnotationList } from './annotation.ts'
import { RuleError } from './errors.ts'
import { RecordingEvaluation } from './recording-rule.ts'
import { LimitExceeded, nameOf, type RuleContext, type RuleHealth } from './rule-context.ts'
import type { RecordingRule, Rule } from './rule.ts'
import type { Store } from './store.ts'

/** A rule over a store, and how it is doing. */
export class LoadedRule {
  readonly #rule: Rule | RecordingRule
  readonly #evaluation: AlertingEvaluation | RecordingEvaluation
  #health: Omit<RuleHealth, 'rule'> = {
    health: 'unknown',
    lastError: undefined,
    lastEvaluation: undefined,
    durationMs: undefined,
    annotations: [],
  }

  constructor(rule: Rule | RecordingRule, context: RuleContext, store: Store) {
    this.#rule = rule
    this.#evaluation =
      'record' in rule ? new RecordingEvaluation(rule, context, store) : new AlertingEvaluation(rule, context, store)
  }

  get health(): RuleHealth {
    return { rule: this.#rule, ...this.#health }
  }

  evaluate(now: number, clockMs: (() => number) | undefined): RuleError | undefined {
    const startedMs = clockMs?.()
    const annotations = new AnnotationList()
    let failure: RuleError | undefined
    try {
      this.#evaluation.evaluate(now, annotations)
    } catch (error) {
      failure = new RuleError(nameOf(this.#rule), 'evaluate', 'expr', error, this.#outcome(error))
    }
    const durationMs = startedMs === undefined || clockMs === undefined ? undefined : clockMs() - startedMs
    this.#health = {
      health: failure === undefined ? 'ok' : 'error',
      lastError: failure,
      lastEvaluation: now,
      durationMs,
      annotations: annotations.all,
    }
    return failure
  }

  #outcome(error: unknown): string {
    if ('record' in this.#rule) return 'nothing is recorded'
    return error instanceof LimitExceeded ? 'its alerts are dropped' : 'its alerts stay as they were'
  }

  dispose(): void {
    this.#evaluation.dispose()
  }

  /** Adds the pending and firing alerts to a list. */
  list(into: Alert[]): void {
    if (this.#evaluation instanceof AlertingEvaluation) this.#evaluation.states.list(into)
  }

  get resolved(): ResolvedAlert[] {
    return this.#evaluation instanceof AlertingEvaluation ? this.#evaluation.states.resolved : []
  }
}
