import { Document } from 'yaml'
import type { RuleGroup } from '../rules/rule-group.ts'
import type { RecordingRule, Rule } from '../rules/rule.ts'

/**
 * The text of a Prometheus rule file with these groups. {@link parseRuleFile} reads it back. Fields that Prometheus does not have are
 * left out.
 *
 * @param comment - lines at the top of the file, without `#`
 * @example
 * ```ts
 * ruleFileText([{ name: 'shop', rules: [{ alert: 'Down', expr: 'up == 0', for: '5m' }] }])
 * ```
 */
export function ruleFileText(groups: readonly RuleGroup[], comment?: string): string {
  const document = new Document({ groups: groups.map(groupFields) })
  if (comment !== undefined) document.commentBefore = comment.replaceAll(/^/gm, ' ')
  // One line per expression: a folded one is hard to search for.
  return document.toString({ lineWidth: 0 })
}

function groupFields({ name, interval, queryOffset, limit, labels, rules }: RuleGroup): Record<string, unknown> {
  return given({ name, interval, query_offset: queryOffset, limit, labels, rules: rules.map(ruleFields) })
}

function ruleFields(rule: Rule | RecordingRule): Record<string, unknown> {
  if ('record' in rule) return given({ record: rule.record, expr: rule.expr, labels: rule.labels })
  const { alert, expr, keepFiringFor, labels, annotations } = rule
  return given({ alert, expr, for: rule.for, keep_firing_for: keepFiringFor, labels, annotations })
}

function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
