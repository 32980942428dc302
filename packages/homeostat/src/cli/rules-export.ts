import {
  compile,
  type RuleGroup,
  rulesOf,
  serverNames,
  type ServerNameStyle,
  translated,
  translatedAnnotations,
  translationOf,
} from '@homeostat/promql'
import { parseYaml, ruleFileText } from '@homeostat/promql/rule-files'
import { measuredAttributes, measuredMetrics } from '@homeostat/semconv'
import { type Environment, mergeOptions, readEnvironment } from '@homeostat/signals/options'
import { domainsOf } from '../domains/domains.ts'
import { readOptionFile } from '../options/file/read-option-file.ts'
import { homeostatOptions } from '../options/option-schema.ts'
import type { HomeostatOptions } from '../options/options.ts'
import { OTHER_VARIABLES } from '../options/read-options.ts'
import type { CommandOutput, ExitCode } from './output.ts'

/** A rule speaks of one process, and a server knows many: the limit is that of one, and jobs of one do not delay the loop of another. */
const PROCESS_LABELS = ['job', 'instance']

/** How the rules are written for a server. */
export interface RulesExport {
  readonly names: ServerNameStyle
  /** Added to every selector. */
  readonly labels: Readonly<Record<string, string>>
  /** Packages whose rules are written. @default all */
  readonly packages: readonly string[] | undefined
}

/** Writes the rules that an application started here would have: the variables and the file give the thresholds. */
export function exportRules(
  environment: Environment,
  output: CommandOutput,
  how: RulesExport,
  asJson: boolean = false,
): ExitCode {
  const variables = readEnvironment(homeostatOptions, environment, OTHER_VARIABLES)
  const file = readOptionFile(homeostatOptions, environment)
  const problems = [...variables.problems, ...file.problems]
  const text = exportedRules(mergeOptions(variables.options, file.options), how).trimEnd()
  output.out(asJson ? JSON.stringify(parseYaml(text)) : text)
  for (const { message } of problems) output.error(`homeostat: ${message}`)
  return problems.length === 0 ? 0 : 1
}

/** A Prometheus rule file with the rules of the packages, as these options make them. */
export function exportedRules(options: HomeostatOptions, { names, labels, packages }: RulesExport): string {
  const renamed = serverNames(names, measuredMetrics, measuredAttributes)
  const translation = { ...translationOf(renamed), labels, processLabels: PROCESS_LABELS }
  const groups = domainsOf(options)
    .filter(([{ name, rules = [] }]) => rules.length > 0 && (packages?.includes(name) ?? true))
    .map(([{ name, rules = [] }]): RuleGroup => ({
      name: `homeostat-${name}`,
      rules: rules.flatMap(rulesOf).map(rule => {
        const expr = translated(compile(rule.expr).ast, translation)
        if ('record' in rule) return { ...rule, expr }
        return { ...rule, expr, annotations: translatedAnnotations(rule.annotations, renamed) }
      }),
    }))
  return ruleFileText(
    groups,
    'The rules that Homeostat evaluates inside each process, for a Prometheus server.\nMade by: homeostat rules export',
  )
}
