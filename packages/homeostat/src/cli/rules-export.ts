import { compile, metricsOf, type RuleGroup, rulesOf, spellings, translated } from '@homeostat/promql'
import { parseYaml, ruleFileText } from '@homeostat/promql/rule-files'
import { metrics, promName, upstreamMetrics } from '@homeostat/semconv'
import { type Environment, mergeOptions, readEnvironment } from '@homeostat/signals/options'
import { domainsOf } from '../domains/domains.ts'
import { readOptionFile } from '../options/file/read-option-file.ts'
import { homeostatOptions } from '../options/option-schema.ts'
import type { HomeostatOptions } from '../options/options.ts'
import { OTHER_VARIABLES } from '../options/read-options.ts'
import type { CommandOutput, ExitCode } from './output.ts'

/** How the rules are written for a server. */
export interface RulesExport {
  /** `plain` as a Prometheus exporter serves the names, `units` as a server writes them that receives OTLP. */
  readonly names: 'plain' | 'units'
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
  const groups = domainsOf(options)
    .filter(([{ name, rules = [] }]) => rules.length > 0 && (packages?.includes(name) ?? true))
    .map(([{ name, rules = [] }]): RuleGroup => ({
      name: `homeostat-${name}`,
      rules: rules.flatMap(rulesOf).map(rule => ({ ...rule, expr: expressionFor(rule.expr, names, labels) })),
    }))
  return ruleFileText(
    groups,
    'The rules that Homeostat evaluates inside each process, for a Prometheus server.\nMade by: homeostat rules export',
  )
}

/** A rule speaks of one process, and a server knows many: the limit is that of one, and jobs of one do not delay the loop of another. */
const PROCESS_LABELS = ['job', 'instance']

function expressionFor(expr: string, names: RulesExport['names'], labels: RulesExport['labels']): string {
  const { ast } = compile(expr)
  const renamed = names === 'plain' ? [] : [...metricsOf(ast).all].map(name => [name, nameWithUnit(name)] as const)
  return translated(ast, { names: new Map(renamed), labels, processLabels: PROCESS_LABELS })
}

/** By each name that PromQL may use: the one that a server gives a metric it receives by OTLP. */
const namesWithUnit = new Map(
  Object.values(metrics).flatMap(({ name, unit, kind }) => {
    const parts = kind === 'histogram' ? (['bucket', 'sum', 'count'] as const) : [undefined]
    return parts.flatMap(part => {
      const spelled = spellings({ name, unit, kind: kind === 'counter' || kind === 'histogram' ? kind : 'gauge', part })
      return spelled.map(each => [each, spelled[0]!] as const)
    })
  }),
)

/** Metrics of other instrumentations that have a unit. */
const upstreamInSeconds: ReadonlySet<string> = new Set(
  [upstreamMetrics.httpServerRequestDuration, upstreamMetrics.systemCpuTime].map(name => promName(name)),
)

function nameWithUnit(name: string): string {
  const [, base = name, end = ''] = /^(.*?)(_(?:bucket|sum|count|total))?$/.exec(name) ?? []
  return namesWithUnit.get(name) ?? (upstreamInSeconds.has(base) ? `${base}_seconds${end}` : name)
}
