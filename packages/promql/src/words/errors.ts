import type { Span } from './ast.ts'

/** A place in an expression or template, as Prometheus prints it: line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
  /** UTF-16 offset from the start of the text. */
  readonly offset: number
}

/** Line and column of a character offset. */
export function positionAt(source: string, offset: number): Position {
  const before = source.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1, offset }
}

/** What every refusal of an expression has in common: a stable `code` and the place. */
export abstract class ExpressionError extends Error {
  abstract readonly code: string
  readonly position: Position
  /** The message without its `line:column` prefix. */
  readonly reason: string

  constructor(prefix: string, reason: string, source: string, span: Span) {
    const position = positionAt(source, span.from)
    super(`${position.line}:${position.column}: ${prefix}${reason}`)
    this.position = position
    this.reason = reason
  }
}

/** The text is not PromQL, or its types do not fit. Worded like Prometheus's own parser. */
export class SyntaxProblem extends ExpressionError {
  override readonly name = 'SyntaxProblem'
  readonly code = 'HOMEOSTAT_PROMQL_SYNTAX'

  constructor(reason: string, source: string, span: Span) {
    super('parse error: ', reason, source, span)
  }
}

/** Valid PromQL that this engine does not evaluate. Refused by name rather than answered wrongly. */
export class UnsupportedFeature extends ExpressionError {
  override readonly name = 'UnsupportedFeature'
  readonly code = 'HOMEOSTAT_PROMQL_UNSUPPORTED'
  readonly feature: string

  constructor(feature: string, source: string, span: Span) {
    super('not supported: ', feature, source, span)
    this.feature = feature
  }
}

/** The expression is valid, but the data does not allow an answer (for example many-to-many matching). */
export class EvaluationError extends Error {
  override readonly name: string = 'EvaluationError'
  readonly code: string = 'HOMEOSTAT_PROMQL_EVALUATION'
}

/** An evaluation touched more samples than it may; worded like Prometheus's own limit. */
export class TooManySamples extends EvaluationError {
  override readonly name = 'TooManySamples'
  override readonly code = 'HOMEOSTAT_PROMQL_TOO_MANY_SAMPLES'

  /** @param what what would be too much, where that was counted before */
  constructor(max: number, what?: string) {
    const counted = what === undefined ? '' : ` (${what})`
    super(
      `query processing would load too many samples into memory in query execution: more than ${max}${counted}; ` +
        'select fewer series, use shorter ranges or longer subquery steps, or raise maxSamples',
    )
  }
}

/** An evaluation took longer than it may. */
export class EvaluationTimeout extends EvaluationError {
  override readonly name = 'EvaluationTimeout'
  override readonly code = 'HOMEOSTAT_PROMQL_TIMEOUT'

  constructor(timeoutMs: number) {
    super(
      `query timed out: it took more than ${timeoutMs} ms of work; ` +
        'select fewer series, use shorter ranges or longer subquery steps, or raise evaluationTimeoutMs',
    )
  }
}

/** A rule that cannot be loaded, or whose evaluation failed; `cause` holds the reason. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
  readonly code = 'HOMEOSTAT_RULE_ERROR'
  /** The name of the alert, or of the series a recording rule writes. */
  readonly alert: string
  readonly phase: 'load' | 'evaluate'
  readonly position: Position | undefined

  constructor(alert: string, phase: 'load' | 'evaluate', where: string, cause: unknown, todo: string) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`rule ${JSON.stringify(alert)}, ${where}: ${reason}; ${todo}`, { cause })
    this.alert = alert
    this.phase = phase
    this.position = cause instanceof ExpressionError ? cause.position : undefined
  }
}
