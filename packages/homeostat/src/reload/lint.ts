import type { Rule, RuleGroup, RuleSource } from '@homeostat/promql'
import { parseDuration } from '@homeostat/promql'
import { RuleFileError } from '@homeostat/promql/rule-files'
import type { PlacedResponse } from './response-file.ts'
import { overlap, thresholdsOf } from './threshold.ts'

/** What responses are checked against. */
export interface LintContext {
  readonly rules: readonly RuleSource[]
  /** Whether there are no other rules than these. */
  readonly areAll: boolean
  /** Names of all actions and knobs; undefined where they are not known. */
  readonly actions?: ReadonlySet<string>
}

/** Responses that could never do what they say: of an unknown action or alert, given twice, or over before they begin. */
export function lintResponses(responses: readonly PlacedResponse[], context: LintContext): RuleFileError[] {
  const rules = context.rules.flatMap(alertingRules)
  const seen = new Set<string>()
  return responses.flatMap(placed => {
    const { response } = placed
    const { to, action } = response
    const problem = (field: string, reason: string): RuleFileError =>
      new RuleFileError(placed.file, placed.at(field), reason)
    const problems: RuleFileError[] = []
    if (context.actions && !context.actions.has(action))
      problems.push(problem('action', `no package in use brings an action or a knob "${action}"`))
    if (context.areAll && !rules.some(rule => rule.alert === to.alert))
      problems.push(problem('alert', `no rule in use raises an alert "${to.alert}"`))
    const key = JSON.stringify([to.alert, Object.entries(to.labels ?? {}).toSorted(byName), action])
    if (seen.has(key)) problems.push(problem('alert', `"${to.alert}" is answered with ${action} twice`))
    seen.add(key)
    const clash = rules.find(rule => isAnswered(rule, to.labels ?? {}, to.alert) && clearsInside(rule, response.clear))
    if (clash)
      problems.push(
        problem('clear', `"${response.clear}" holds while the alert still does ("${clash.expr}"): leave a gap`),
      )
    return problems
  })
}

/** What in rule files is valid, and seldom what was meant. One line each. */
export function lintRules(file: string, groups: readonly RuleGroup[], intervalMs?: number): string[] {
  return groups.flatMap(group =>
    group.rules.filter(isAlerting).flatMap((rule, index) => {
      const where = `${file}: group "${group.name}", rule ${index + 1}, "${rule.alert}"`
      const keepMs = parseDuration(rule.keepFiringFor ?? '') ?? 0
      const everyMs = Math.max(parseDuration(group.interval ?? '') ?? 0, intervalMs ?? 0)
      const warnings: string[] = []
      if (keepMs > 0 && keepMs < everyMs)
        warnings.push(
          `${where}: keep_firing_for is shorter than the ${everyMs / 1000} s between evaluations: no effect`,
        )
      if (isBareRatio(rule.expr))
        warnings.push(`${where}: a ratio says little of a few events: add a least rate, "... and <denominator> > 1"`)
      return warnings
    }),
  )
}

function alertingRules(source: RuleSource): Rule[] {
  if ('rules' in source) return source.rules.flatMap(alertingRules)
  return isAlerting(source) ? [source] : []
}

function isAlerting(rule: RuleSource): rule is Rule {
  return 'alert' in rule
}

function isAnswered(rule: Rule, labels: Readonly<Record<string, string>>, alert: string): boolean {
  if (rule.alert !== alert) return false
  return Object.entries(labels).every(([name, value]) => (rule.labels?.[name] ?? value) === value)
}

/** Whether `clear` may hold at a value at which the rule does: the alert would end and begin anew again and again. */
function clearsInside({ expr }: Rule, clear: string | undefined): boolean {
  if (clear === undefined) return false
  const single = thresholdsOf(clear).flatMap(all => (all.length === 1 ? all : []))
  return thresholdsOf(expr).some(all =>
    single.some(end => {
      const same = all.filter(({ quantity }) => quantity === end.quantity)
      return same.length > 0 && same.every(threshold => overlap(threshold, end))
    }),
  )
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** A share of events, with no condition on how many there are. A share of a capacity needs none. */
function isBareRatio(expr: string): boolean {
  return thresholdsOf(expr).some(
    all =>
      all.some(({ isRatio, countsEvents }) => isRatio && countsEvents) &&
      !all.some(({ isRatio, countsEvents }) => !isRatio && countsEvents),
  )
}
