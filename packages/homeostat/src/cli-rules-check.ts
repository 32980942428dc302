import { findDuplicateRules, parseRuleFile, type DuplicateRule } from '@homeostat/promql/rule-files'
import type { CommandOutput, ExitCode } from './cli-output.ts'

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

/** `homeostat rules check`: the lines and exit codes of `promtool check rules`. */
export function checkRuleFiles(files: Iterable<CheckedText>, output: CommandOutput, options: CheckOptions): ExitCode {
  let failed = false
  let linted = false
  for (const { name, text } of files) {
    output.out(`Checking ${name}`)
    const { groups, errors, warnings } = parseRuleFile(text, { ...options, file: name })
    for (const warning of warnings) output.error(`  WARNING: ${warning.message}`)
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
