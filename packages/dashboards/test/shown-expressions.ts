/** A string of a dashboard or a rule file that is PromQL, and the panel or rule it is in. */
export interface ShownExpression {
  readonly panel: string
  readonly expr: string
}

/** The fields of Grafana's JSON that are read here. */
interface Part {
  readonly title?: string
  readonly name?: string
  readonly expr?: unknown
}

/** Every PromQL expression of a dashboard of Grafana, those of its annotations and variables included. */
export function shownExpressions(part: unknown, panel = ''): readonly ShownExpression[] {
  if (Array.isArray(part)) return part.flatMap(each => shownExpressions(each, panel))
  if (typeof part === 'string') {
    const [, selector] = /^label_values\((.+), \w+\)$/.exec(part) ?? []
    return selector === undefined ? [] : [{ panel, expr: selector }]
  }
  if (typeof part !== 'object' || part === null) return []
  const { title = panel, name = title, expr } = part as Part
  const own = typeof expr === 'string' ? [{ panel: name, expr }] : []
  return [...own, ...Object.values(part).flatMap(each => shownExpressions(each, title))]
}

/** The expression with a duration where Grafana would put one in. */
export function withDurations(expr: string, rate: string, range: string): string {
  return expr.replaceAll('$__rate_interval', rate).replaceAll('$__range', range)
}
