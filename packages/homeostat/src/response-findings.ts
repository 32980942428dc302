import type { Response } from '@homeostat/optimizer'
import type { Rule, RuleSource } from '@homeostat/promql'
import { didYouMean, shownName } from '@homeostat/signals/options'
import { overlap, thresholdsOf } from './threshold.ts'

/** What responses are checked against. */
export interface ResponseContext {
  readonly rules: readonly RuleSource[]
  /** Whether there are no other rules than these. */
  readonly areAll: boolean
  /** Names of all actions and knobs. */
  readonly actions: ReadonlySet<string>
}

/** Why a response could never do what it is for. */
export interface ResponseFinding {
  /** Which of the responses. */
  readonly index: number
  /** The field that is to be corrected: `action`, `alert` or `clear`. */
  readonly field: string
  readonly reason: string
}

/** Finds responses of an unknown action or alert, those given twice, and those that are over before they begin. For code and files. */
export function findingsOf(responses: readonly Response[], context: ResponseContext): ResponseFinding[] {
  return [...findingsInSteps(responses, context)].flat()
}

/** The same, response by response: parsing what one clears at takes some 0.1 ms. */
export function* findingsInSteps(
  responses: readonly Response[],
  context: ResponseContext,
): Generator<readonly ResponseFinding[], void, void> {
  const rules = new Map<string, Rule[]>()
  for (const rule of context.rules.flatMap(alertingRules)) {
    const same = rules.get(rule.alert)
    if (same) same.push(rule)
    else rules.set(rule.alert, [rule])
  }
  const seen = new Set<string>()
  for (const [index, { to, action, clear }] of responses.entries()) {
    const findings: ResponseFinding[] = []
    const find = (field: string, reason: string): void => void findings.push({ index, field, reason })
    if (!context.actions.has(action))
      find(
        'action',
        `no package in use brings an action or a knob "${shownName(action)}"${didYouMean(action, context.actions)}`,
      )
    const answered = rules.get(to.alert) ?? []
    if (context.areAll && answered.length === 0)
      find('alert', `no rule in use raises an alert "${shownName(to.alert)}"${didYouMean(to.alert, rules.keys())}`)
    const key = JSON.stringify([to.alert, Object.entries(to.labels ?? {}).toSorted(byName), action])
    if (seen.has(key)) find('alert', `"${to.alert}" is answered with ${action} twice`)
    seen.add(key)
    const clash = answered.find(rule => isAnswered(rule, to.labels ?? {}) && clearsInside(rule, clear))
    if (clash) find('clear', `"${clear}" holds while the alert still does ("${clash.expr}"): leave a gap`)
    yield findings
  }
}

function alertingRules(source: RuleSource): Rule[] {
  if ('rules' in source) return source.rules.flatMap(alertingRules)
  return 'alert' in source ? [source] : []
}

function isAnswered(rule: Rule, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => (rule.labels?.[name] ?? value) === value)
}

/** Whether `clear` may hold at a value at which the rule does: the alert would end and begin anew again and again. */
function clearsInside({ expr }: Rule, clear: string | undefined): boolean {
  if (clear === undefined) return false
  const single = thresholdsIn(clear).flatMap(all => (all.length === 1 ? all : []))
  return thresholdsIn(expr).some(all =>
    single.some(end => {
      const same = all.filter(({ quantity }) => quantity === end.quantity)
      return same.length > 0 && same.every(threshold => overlap(threshold, end))
    }),
  )
}

/** None in an expression that cannot be read: whoever loads it reports that. */
function thresholdsIn(expr: string): ReturnType<typeof thresholdsOf> {
  try {
    return thresholdsOf(expr)
  } catch {
    return []
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
