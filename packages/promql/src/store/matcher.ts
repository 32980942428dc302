import type { LabelMatch } from '../words/ast.ts'
import { BUCKET_BOUND, METRIC_NAME, type Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { compileRegexp } from '../regexp/pattern.ts'

/** What a matcher is asked about: the labels, and all the names the series answers to. */
export interface Matchable {
  readonly labels: Labels
  readonly spellings: readonly string[]
}

export type Matcher = (candidate: Matchable) => boolean

/** Compiles one label matcher. A negated name matcher refuses a series when any of its spellings is meant. */
export function compileMatcher(match: LabelMatch): Matcher {
  const test = textTest(match)
  const negated = match.operator === '!=' || match.operator === '!~'
  if (match.label === METRIC_NAME) {
    return negated ? ({ spellings }) => !spellings.some(test) : ({ spellings }) => spellings.some(test)
  }
  const label = underscoreLabel(match.label)
  const value = label === BUCKET_BOUND && !match.operator.endsWith('~') ? boundTest(match.value, test) : test
  return negated ? ({ labels }) => !value(labels.get(label)) : ({ labels }) => value(labels.get(label))
}

/** A series is selected when every matcher agrees. */
export function compileMatchers(matches: readonly LabelMatch[]): Matcher {
  const matchers = matches.map(compileMatcher)
  return candidate => matchers.every(matcher => matcher(candidate))
}

/** The one name an equality asks for, if any: what the store indexes selections by. */
export function exactName(matches: readonly LabelMatch[]): string | undefined {
  return matches.find(match => match.label === METRIC_NAME && match.operator === '=' && match.value !== '')?.value
}

/** Prometheus 3 writes `le="5.0"` where OpenTelemetry writes `le="5"`; a finite bound written otherwise still means the same bucket. */
function boundTest(wanted: string, exact: (text: string) => boolean): (text: string) => boolean {
  if (!/^-?\d+(?:\.0)?$/.test(wanted)) return exact
  const other = wanted.endsWith('.0') ? wanted.slice(0, -2) : `${wanted}.0`
  return text => exact(text) || text === other
}

function textTest(match: LabelMatch): (text: string) => boolean {
  if (match.operator === '=' || match.operator === '!=') return text => text === match.value
  const pattern = compileRegexp(match.value)
  // Few values, many series: most texts have been seen before.
  const answers = new Map<string, boolean>()
  return text => {
    let answer = answers.get(text)
    if (answer === undefined) {
      answer = pattern.test(text)
      if (answers.size >= MAX_REMEMBERED) answers.clear()
      answers.set(text, answer)
    }
    return answer
  }
}

const MAX_REMEMBERED = 256
