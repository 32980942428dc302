import type { Response } from '@homeostat/optimizer'
import { MOST_RESPONSES, MOST_RULES } from '@homeostat/optimizer/parts'
import { CompiledExpressions } from '@homeostat/promql'
import type { RuleGroup, RuleSource } from '@homeostat/promql'
import { parseRuleFile, RuleFileError } from '@homeostat/promql/rule-files'
import { lintResponses, lintRules } from './lint.ts'
import { parseResponseFile } from './response-file.ts'

export interface FileText {
  readonly file: string
  readonly text: string
}

/** The rules and actions of all packages and options, also of those that are switched off. Files are checked against them. */
export interface ProgramBase {
  readonly rules: readonly RuleSource[]
  readonly actions: ReadonlySet<string>
  readonly intervalMs: number
}

/** The rules and responses of all files. Load them only when there is no error. */
export interface ReadProgram {
  readonly rules: readonly RuleGroup[]
  readonly responses: readonly Response[]
  readonly errors: readonly RuleFileError[]
  readonly warnings: readonly string[]
}

/** Reads rule and response files as a whole: a response may answer an alert of any of them. */
export function readProgramFiles(
  ruleFiles: readonly FileText[],
  responseFiles: readonly FileText[],
  base: ProgramBase,
): ReadProgram {
  const expressions = new CompiledExpressions()
  const ruled = ruleFiles.map(({ file, text }) => parseRuleFile(text, { file, expressions }))
  const answered = responseFiles.map(({ file, text }) => parseResponseFile(text, { file, expressions }))
  const rules = ruled.flatMap(({ groups }) => groups)
  const placed = answered.flatMap(({ responses }) => responses)
  const errors = [...ruled, ...answered].flatMap(file => file.errors)
  errors.push(
    ...tooMany(
      'rules',
      rules.reduce((sum, group) => sum + group.rules.length, 0),
      MOST_RULES,
      ruleFiles,
    ),
  )
  errors.push(...tooMany('responses', placed.length, MOST_RESPONSES, responseFiles))
  // A rule that could not be read is not missing.
  const context = {
    rules: [...base.rules, ...rules],
    areAll: errors.length === 0,
    actions: base.actions,
    compiler: expressions,
  }
  return {
    rules,
    responses: placed.map(({ response }) => response),
    errors: [...errors, ...lintResponses(placed, context)],
    warnings: [
      ...ruled.flatMap(({ warnings }) => warnings.map(({ message }) => message)),
      ...ruled.flatMap(({ file, groups }) => lintRules(file, groups, base.intervalMs, expressions)),
    ],
  }
}

function tooMany(what: string, given: number, most: number, [first]: readonly FileText[]): RuleFileError[] {
  if (given <= most || first === undefined) return []
  return [
    new RuleFileError(
      first.file,
      { line: 1, column: 1 },
      `${given} ${what} in all files, more than ${most}: use fewer`,
    ),
  ]
}
