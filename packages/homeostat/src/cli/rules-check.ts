import { counted } from '@homeostat/signals'
import type { Response } from '@homeostat/optimizer'
import type { Rule, RuleGroup, RuleSource } from '@homeostat/promql'
import { findDuplicateRules, parseRuleFile, type DuplicateRule } from '@homeostat/promql/rule-files'
import type { Environment } from '@homeostat/signals/options'
import { lintResponses, lintRules } from '../reload/lint.ts'
import { isResponseFile, parseResponseFile } from '../reload/response-file.ts'
import { serverOnlySelectors } from '../report/server-only-selectors.ts'
import { knownProgram, type KnownProgram } from './known-program.ts'
import type { CommandOutput, ExitCode } from './output.ts'

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
  /** @default false */
  readonly asJson?: boolean
  /** The variables that an application started here has. @default none */
  readonly environment?: Environment
}

/** The result of one file. */
interface CheckedFile {
  readonly file: string
  readonly holds: 'rules' | 'responses'
  readonly count: number
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly duplicates: readonly DuplicateRule[]
}

/** `homeostat rules check`: the lines and exit codes of `promtool check rules`; for files of responses as well. */
export function checkRuleFiles(files: Iterable<CheckedText>, output: CommandOutput, options: CheckOptions): ExitCode {
  const own = knownProgram(options.environment ?? {})
  const checked: CheckedFile[] = []
  if (options.asJson !== true) for (const problem of own.problems) output.error(`WARNING: ${problem}`)
  for (const result of checkedFiles([...files], own, options)) {
    checked.push(result)
    if (options.asJson !== true) print(result, output)
  }
  if (options.asJson === true) output.out(JSON.stringify({ files: checked, problems: own.problems }))
  if (checked.some(({ errors }) => errors.length > 0)) return 1
  return options.lintFatal && checked.some(({ duplicates }) => duplicates.length > 0) ? 3 : 0
}

function* checkedFiles(
  texts: readonly CheckedText[],
  own: KnownProgram,
  options: CheckOptions,
): Generator<CheckedFile> {
  const read = new Map(
    texts
      .filter(({ text }) => !isResponseFile(text))
      .map(each => [each, parseRuleFile(each.text, { ...options, file: each.name })]),
  )
  const known = [...own.rules, ...[...read.values()].flatMap(({ groups }) => groups)]
  for (const each of texts) {
    const rules = read.get(each)
    if (rules === undefined) {
      yield checkedResponses(each, known, own, options)
      continue
    }
    const { groups, errors, warnings } = rules
    yield {
      file: each.name,
      holds: 'rules',
      count: groups.reduce((sum, group) => sum + group.rules.length, 0),
      errors: errors.map(({ message }) => message),
      warnings: [
        ...warnings.map(({ message }) => message),
        ...lintRules(each.name, groups),
        ...serverOnly(groups, [], known),
      ],
      duplicates: options.duplicates && errors.length === 0 ? findDuplicateRules(groups) : [],
    }
  }
}

/**
 * Checks responses against the alerts and actions of the packages and the options, those of the rule files beside them, and those that
 * the caller names because the application provides them in code.
 */
function checkedResponses(
  { name: file, text }: CheckedText,
  known: readonly RuleSource[],
  own: KnownProgram,
  { actions, alerts }: CheckOptions,
): CheckedFile {
  const { responses: placed, errors } = parseResponseFile(text, { file })
  const inCode = alerts.map((alert): Rule => ({ alert, expr: 'vector(1)' }))
  const rules = [...known, ...inCode]
  const context = { rules, areAll: true, actions: new Set([...own.actions, ...actions]) }
  const responses = placed.map(({ response }) => response)
  return {
    file,
    holds: 'responses',
    count: placed.length,
    errors: [...errors, ...lintResponses(placed, context)].map(({ message }) => message),
    warnings: serverOnly([], responses, rules),
    duplicates: [],
  }
}

function serverOnly(
  rules: readonly RuleGroup[],
  responses: readonly Response[],
  known: readonly RuleSource[],
): string[] {
  return [...serverOnlySelectors({ rules, responses, known })].flat()
}

/** As promtool does. */
function print({ file, holds, count, errors, warnings, duplicates }: CheckedFile, output: CommandOutput): void {
  output.out(`Checking ${file}`)
  for (const warning of warnings) output.error(`  WARNING: ${warning}`)
  if (errors.length > 0 || duplicates.length > 0) output.error('  FAILED:')
  else output.out(`  SUCCESS: ${holds === 'rules' ? `${count} rules` : counted(count, 'response')} found`)
  for (const line of errors) output.error(line)
  if (duplicates.length > 0) for (const line of duplicateLines(duplicates)) output.error(line)
  // No empty line after a rule file with errors, as in promtool.
  if (errors.length === 0 || holds === 'responses') output.out('')
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
