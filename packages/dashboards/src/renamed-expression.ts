import { compile, type ServerNames, translated, translationOf } from '@homeostat/promql'

/** Grafana puts durations in here. PromQL does not know them, so each is a duration that nobody writes while the expression is read. */
const VARIABLES = [
  ['$__rate_interval', '5d11h59m'],
  ['$__range', '5d11h47m'],
] as const

/** An expression, with the variables of Grafana, in other names. */
export function renamedExpression(expr: string, names: ServerNames): string {
  let text = expr
  for (const [variable, duration] of VARIABLES) text = text.replaceAll(variable, duration)
  text = translated(compile(text).ast, translationOf(names))
  for (const [variable, duration] of VARIABLES) text = text.replaceAll(duration, variable)
  return text
}

/** The text of a legend or a title: `{{label}}`. */
export function renamedTemplate(text: string, { labels }: ServerNames): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => `{{${labels.get(label) ?? label}}}`)
}
