import type { Annotation } from '../words/annotation.ts'
import { EvaluationError, RuleError } from '../words/errors.ts'
import { parseDuration } from '../numbers/durations.ts'
import type { CompiledExpressions } from '../queries/compiled-expressions.ts'
import type { RecordingRule, Rule } from './rule.ts'
import type { TemplateEnvironment } from '../templates/template.ts'

/** The settings of a rule from its group and from the options. */
export interface RuleContext {
  readonly labels: Readonly<Record<string, string>>
  /** The group's `limit` of alerts or series per rule. 0 means no limit. */
  readonly limit: number
  /** Alerts of one rule beyond this are left out. */
  readonly maxAlerts: number
  readonly queryOffsetMs: number
  /** Expressions may use functions that Prometheus has behind a feature flag. */
  readonly experimental: boolean
  readonly environment: TemplateEnvironment
  /** Where expressions are compiled. */
  readonly expressions: CompiledExpressions
}

/** More alerts or series than the group's limit; Prometheus then drops the rule's alerts, too. */
export class LimitExceeded extends EvaluationError {}

/** A rule that finds more alerts than one rule may have. */
export interface LimitedAlerts {
  readonly rule: Rule
  /** The alerts it has; the same ones as long as they hold. */
  readonly kept: number
  /** Label sets for which there is no alert. */
  readonly leftOut: number
}

/** How a rule is doing. */
export interface RuleHealth {
  readonly rule: Rule | RecordingRule
  readonly health: 'unknown' | 'ok' | 'error'
  readonly lastError: RuleError | undefined
  /** When it was last evaluated, milliseconds since the epoch. */
  readonly lastEvaluation: number | undefined
  /** How long that took; only measured when `clockMs` is given. */
  readonly durationMs: number | undefined
  /** PromQL warnings and infos of the last evaluation. */
  readonly annotations: readonly Annotation[]
}

/** The alert's or the series' name. */
export function nameOf(rule: Rule | RecordingRule): string {
  return 'record' in rule ? rule.record : rule.alert
}

export function loadError(name: string, where: string, cause: unknown): RuleError {
  return new RuleError(name, 'load', where, cause, 'the rule is left out; correct it and load it again')
}

/** Runs a part of loading, so that its error names the field. */
export function inField<T>(name: string, where: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw loadError(name, where, error)
  }
}

/** A duration field in milliseconds, 0 when it is absent. */
export function durationField(name: string, field: string, text: unknown): number {
  if (text === undefined) return 0
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  if (ms === undefined) throw loadError(name, field, new Error(`not a valid duration string: ${JSON.stringify(text)}`))
  return ms
}
