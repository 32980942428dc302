import type { Rule, RuleGroup } from '@homeostat/promql'
import { findDuplicateRules, parseRuleFile, type DuplicateRule } from '@homeostat/promql/rule-files'
import { providedActions } from '../domains/provided-actions.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { domainsOf } from '../domains/domains.ts'
import { lintResponses } from '../reload/lint.ts'
import { isResponseFile, parseResponseFile } from '../reload/response-file.ts'
import { serverOnlySelectors } from '../report/server-only-selectors.ts'

/** A rule file as it is checked. */
export interface CheckedText {
  readonly name: string
  readonly text: string
}

interface CheckOptions {
  /** Duplicate rules are an error of the lint. */
  readonly duplicates: boolean
  readonly lintFatal: boolean
  readonly ignoreUnknownFields: boolean
  readonly experimental: boolean
  /** Actions and knobs that the application itself provides. */
  readonly actions: readonly string[]
  /** Alerts of rules that the application itself provides. */
  readonly alerts: readonly string[]
}

/** `homeostat rules check`: the lines and exit codes of `promtool check rules`; for files of responses as well. */
export function checkRuleFiles(files: Iterable<CheckedText>, output: CommandOutput, options: CheckOptions): ExitCode {
  let failed = false
  let linted = false
  const texts = [...files]
  const read = new Map(
    texts
      .filter(({ text }) => !isResponseFile(text))
      .map(each => [each, parseRuleFile(each.text, { ...options, file: each.name })]),
  )
  for (const each of texts) {
    const { name, text } = each
    output.out(`Checking ${name}`)
    const rules = read.get(each)
    if (rules === undefined) {
      failed =
        !checkResponses(
          name,
          text,
          [...read.values()].flatMap(({ groups }) => groups),
          output,
          options,
        ) || failed
      continue
    }
    const { groups, errors, warnings } = rules
    for (const warning of warnings) output.error(`  WARNING: ${warning.message}`)
    const known = [...read.values()].flatMap(other => other.groups)
    for (const lines of serverOnlySelectors({ rules: groups, responses: [], known }))
      for (const line of lines) output.error(`  WARNING: ${line}`)
    if (errors.length > 0) {
      failed = true
      output.error('  FAILED:')
      for (const error of errors) output.error(error.message)
      // No empty line here, as in promtool.
      continue
    }
    const duplicates = options.duplicates ? findDuplicateRules(groups) : []
    if (duplicates.length > 0) {
      linted = true
      output.error('  FAILED:')
      for (const line of duplicateLines(duplicates)) output.error(line)
    } else {
      const count = groups.reduce((sum, group) => sum + group.rules.length, 0)
      output.out(`  SUCCESS: ${count} rules found`)
    }
    output.out('')
  }
  if (failed) return 1
  return linted && options.lintFatal ? 3 : 0
}

/**
 * Checks responses against the alerts and actions of the packages, those of the rule files beside them, and those that the caller
 * names because the application provides them in code.
 */
function checkResponses(
  file: string,
  text: string,
  ruleGroups: readonly RuleGroup[],
  output: CommandOutput,
  { actions, alerts }: CheckOptions,
): boolean {
  const { responses, errors } = parseResponseFile(text, { file })
  const packages = domainsOf({}).map(([domain]) => domain)
  const inCode = alerts.map((alert): Rule => ({ alert, expr: 'vector(1)' }))
  const context = {
    rules: [...packages.flatMap(({ rules = [] }) => rules), ...ruleGroups, ...inCode],
    areAll: true,
    actions: new Set([...packages.flatMap(providedActions).map(({ name }) => name), ...actions]),
  }
  const problems = [...errors, ...lintResponses(responses, context)]
  if (problems.length > 0) output.error('  FAILED:')
  else output.out(`  SUCCESS: ${responses.length} responses found`)
  for (const { message } of problems) output.error(message)
  output.out('')
  return problems.length === 0
}

function duplicateLines(duplicates: readonly DuplicateRule[]): string[] {
  return [
    `lint error ${duplicates.length} duplicate rule(s) found.`,
    ...duplicates.flatMap(({ name, labels }) => [
      `Metric: ${name}`,
      'Label(s):',
      ...Object.entries(labels).map(([label, value]) => `\t${label}: ${value}`),
    ]),
    'Might cause inconsistency while recording expressions',
  ]
}
