import {
  type RecordingRule,
  type Rule,
  type RuleGroup,
  type ServerNames,
  translatedAnnotations,
} from '@homeostat/promql'
import { parseRuleFile, ruleFileText } from '@homeostat/promql/rule-files'
import { renamedExpression } from './renamed-expression.ts'

/** A rule file of this package in other names. */
export function renamedRules(text: string, names: ServerNames, file: string): string {
  const { groups, errors } = parseRuleFile(text, { file })
  if (errors[0]) throw errors[0]
  const comment = /^(?:#.*\n)+/.exec(text)?.[0].trimEnd().replaceAll(/^# ?/gm, '')
  return ruleFileText(
    groups.map((group): RuleGroup => ({ ...group, rules: group.rules.map(rule => renamedRule(rule, names)) })),
    comment,
  )
}

function renamedRule(rule: Rule | RecordingRule, names: ServerNames): Rule | RecordingRule {
  const expr = renamedExpression(rule.expr, names)
  if ('record' in rule) return { ...rule, expr }
  return { ...rule, expr, annotations: translatedAnnotations(rule.annotations, names) }
}
