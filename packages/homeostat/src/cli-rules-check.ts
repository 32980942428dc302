import { readFileSync } from 'node:fs'
import { findDuplicateRules, parseRuleFile, type DuplicateRule } from '@homeostat/promql/rule-files'
import type { CommandOutput, ExitCode } from './cli-output.ts'

export const LINTS = ['all', 'duplicate-rules', 'none'] as const
export type Lint = (typeof LINTS)[number]

interface CheckOptions {
  readonly lint: Lint
  readonly lintFatal: boolean
}

/** `homeostat rules check`: the lines and exit codes of `promtool check rules`. */
export function checkRuleFiles(files: readonly string[], output: CommandOutput, options: CheckOptions): ExitCode {
  let failed = false
  let linted = false
  for (const file of files) {
    output.out(`Checking ${file}`)
    const { groups, errors, warnings } = parseRuleFile(readFileSync(file, 'utf8'), { file })
    for (const warning of warnings) output.error(`  WARNING: ${warning.message}`)
    const duplicates = options.lint === 'none' ? [] : findDuplicateRules(groups)
    if (errors.length > 0 || duplicates.length > 0) output.error('  FAILED:')
    if (errors.length > 0) {
      failed = true
      for (const error of errors) output.error(error.message)
    } else if (duplicates.length > 0) {
      linted = true
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
