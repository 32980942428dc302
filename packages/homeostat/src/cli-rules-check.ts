import type { RuleGroup } from '@homeostat/promql'
import { findDuplicateRules, parseRuleFile, type DuplicateRule } from '@homeostat/promql/rule-files'
import type { CommandOutput, ExitCode } from './cli-output.ts'
import { lintResponses } from './reload/lint.ts'
import { isResponseFile, parseResponseFile } from './reload/response-file.ts'

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
}

/** `homeostat rules check`: the lines and exit codes of `promtool check rules`; for files of responses as well. */
export function checkRuleFiles(files: Iterable<CheckedText>, output: CommandOutput, options: CheckOptions): ExitCode {
  let failed = false
  let linted = false
  const rules: RuleGroup[] = []
  for (const { name, text } of files) {
    output.out(`Checking ${name}`)
    if (isResponseFile(text)) {
      failed = !checkResponses(name, text, rules, output) || failed
      continue
    }
    const { groups, errors, warnings } = parseRuleFile(text, { ...options, file: name })
    for (const warning of warnings) output.error(`  WARNING: ${warning.message}`)
    if (errors.length > 0) {
      failed = true
      output.error('  FAILED:')
      for (const error of errors) output.error(error.message)
      // No empty line here, as in promtool.
      continue
    }
    rules.push(...groups)
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

/** Only the application knows which actions and which other rules there are; it checks that when it loads the file. */
function checkResponses(file: string, text: string, rules: readonly RuleGroup[], output: CommandOutput): boolean {
  const { responses, errors } = parseResponseFile(text, { file })
  const problems = [...errors, ...lintResponses(responses, { rules, areAll: false })]
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
