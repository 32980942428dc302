import type { LabelMatch } from '@homeostat/promql'

/** A selector as PromQL, with nothing but its matchers. */
export function selectorText(matches: readonly LabelMatch[]): string {
  const parts = matches.map(
    ({ label, operator, value }) => `${JSON.stringify(label)}${operator}${JSON.stringify(value)}`,
  )
  return `{${parts.join(',')}}`
}
