/** A pattern that Go's `regexp` refuses, or that would need too much time or memory; worded like Go's `regexp/syntax`. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem'
  readonly code = 'HOMEOSTAT_PROMQL_PATTERN'

  /** The problem for a reason and the part of the pattern that causes it. */
  static of(reason: string, culprit: string): PatternProblem {
    return new PatternProblem(`error parsing regexp: ${reason}: \`${culprit.slice(0, 64)}\``)
  }
}
