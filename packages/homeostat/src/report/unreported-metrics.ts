import { operandsOf, type Expression } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import { closestNameInSteps } from '@homeostat/signals/options'

type Ast = Expression['ast']

/** Functions that return something for a metric that is missing, or read none. */
const WITHOUT_DATA = /^(?:absent|absent_over_time|scalar|vector|time|pi|start|end|step|range)$/
/** Names that say what a metric counts in, and which part of it a series is. */
const SUFFIX = /_(?:bucket|sum|count|total|seconds|milliseconds|bytes|ratio|percent)$/
const PART = /_(?:bucket|sum|count)$/

/**
 * The metrics without which an expression returns nothing, as far as they are unreported; none where it may return something.
 *
 * @param isReported - whether a source has reported a metric of that name
 */
export function unreportedIn(expr: Ast, isReported: (name: string) => boolean): readonly string[] {
  const within = (operand: Ast): readonly string[] => unreportedIn(operand, isReported)
  switch (expr.kind) {
    case 'selector':
      return expr.metric === undefined || isReported(expr.metric) ? [] : [expr.metric]
    case 'call':
      return WITHOUT_DATA.test(expr.name) ? [] : expr.args.flatMap(within)
    case 'aggregation':
      return within(expr.operand)
    case 'binary': {
      const [left, right] = [within(expr.left), within(expr.right)]
      if (expr.operator === 'unless') return left
      if (expr.operator === 'or') return left.length > 0 && right.length > 0 ? [...left, ...right] : []
      return [...left, ...right]
    }
    case 'number':
    case 'string':
    case 'range':
    case 'subquery':
    case 'unary':
    case 'paren':
      return operandsOf(expr).flatMap(within)
  }
}

/**
 * The reported metric that a name most likely means: units and endings aside, because a source may count in others. In steps, for
 * thousands of names.
 */
export function* metricMeantBy(name: string, reported: Iterable<string>): Steps<string | undefined> {
  const part = PART.exec(name)?.[0]
  const byStem = new Map<string, string>()
  for (const each of reported) {
    const stem = stemOf(each)
    // A histogram has several parts; the one that the rule reads counts.
    if (!byStem.has(stem) || PART.exec(each)?.[0] === part) byStem.set(stem, each)
  }
  const closest = yield* closestNameInSteps(stemOf(name), byStem.keys())
  return closest === undefined ? undefined : byStem.get(closest)
}

function stemOf(name: string): string {
  let stem = name.replaceAll(/[^\w:]/g, '_')
  while (SUFFIX.test(stem)) stem = stem.replace(SUFFIX, '')
  return stem
}
