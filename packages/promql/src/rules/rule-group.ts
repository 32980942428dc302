import type { RecordingRule, Rule } from './rule.ts'

/**
 * Rules that are evaluated together, in order, at the same instant: a group of a Prometheus rule file.
 * https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group
 */
export interface RuleGroup {
  /** Unique within its file. */
  readonly name: string
  /** How often the group is evaluated, as a Prometheus duration. @default at every evaluation */
  readonly interval?: string
  /** How far before now the expressions are evaluated and the results are dated. In rule files: `query_offset`. @default `0s` */
  readonly queryOffset?: string
  /** How many alerts or series one rule may have at a time; with more of them it fails. 0 means no limit. @default 0 */
  readonly limit?: number
  /** Labels of every rule of the group; a rule's own win. */
  readonly labels?: Readonly<Record<string, string>>
  readonly rules: readonly (Rule | RecordingRule)[]
}
