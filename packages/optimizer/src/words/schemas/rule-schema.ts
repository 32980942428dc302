import type { RecordingRule, Rule, RuleGroup, RuleSource } from '@homeostat/promql'
import type { OptionSchema } from '@homeostat/signals/options'
import { anyText, either, listOf, recordOf, text, whole, wholeNumber } from '@homeostat/signals/options'
import { duration } from './promql-text.ts'

const texts = (description: string): OptionSchema<Readonly<Record<string, string>>> =>
  recordOf(anyText({ description: 'a text', isSecret: true }), { description, expected: 'an object of texts' })

// Expressions and templates are parsed once, where rules are loaded: `optimizer.rules.rejected` has what is wrong with them.
const expr = text({ description: 'PromQL', expected: 'PromQL' })

const alertingRule: OptionSchema<Rule> = whole<Rule>(
  { alert: text({ description: 'name of the alert' }), expr },
  {
    for: duration({ description: 'how long a sample must be there before its alert fires' }),
    keepFiringFor: duration({ description: 'how long an alert goes on after its sample went away' }),
    labels: texts("labels added to the alert's"),
    annotations: texts('texts for people'),
  },
  { description: 'an alerting rule' },
)

const recordingRule: OptionSchema<RecordingRule> = whole<RecordingRule>(
  { record: text({ description: 'name of the series that are written' }), expr },
  { labels: texts('labels set on the series') },
  { description: 'a recording rule' },
)

const rule = either([alertingRule, recordingRule], { description: 'a rule', expected: 'a rule: alert or record, expr' })

const ruleGroup: OptionSchema<RuleGroup> = whole<RuleGroup>(
  {
    name: text({ description: 'name of the group' }),
    rules: listOf(rule, { description: 'rules that are evaluated together' }),
  },
  {
    interval: duration({ description: 'how often the group is evaluated' }),
    queryOffset: duration({ description: 'how far before now it is evaluated' }),
    limit: wholeNumber({ least: 0, most: 1_000_000, description: 'most alerts or series of one rule' }),
    labels: texts('labels of every rule'),
  },
  { description: 'a group of rules' },
)

/** The schema of a rule or a group of rules. A rule or a group that is not valid is left out. */
export const ruleSourceSchema: OptionSchema<RuleSource> = either([alertingRule, recordingRule, ruleGroup], {
  description: 'a rule or a group of rules',
  expected: 'a rule (alert or record, expr) or a group of rules (name, rules)',
})
