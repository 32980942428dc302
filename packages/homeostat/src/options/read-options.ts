import type { Mode } from '@homeostat/optimizer'
import { lesserMode } from '@homeostat/optimizer/parts'
import { mergeOptions, readEnvironment, readOptions, variableOf, warnOfOptions } from '@homeostat/signals/options'
import { checkedDomain } from './checked-domain.ts'
import { GivenProgram } from './given-program.ts'
import { enginesGiven } from './engines.ts'
import { FILE_VARIABLE, OTEL_FILE_VARIABLE } from './file/option-file.ts'
import { readOptionFile } from './file/read-option-file.ts'
import { homeostatOptionsWith } from './option-schema.ts'
import type { HomeostatOptions } from './options.ts'

/** Variables that are read elsewhere and are not options. */
export const OTHER_VARIABLES: readonly string[] = [
  'HOMEOSTAT_DISABLED',
  'HOMEOSTAT_DOCTOR_PROBE',
  FILE_VARIABLE,
  OTEL_FILE_VARIABLE,
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
]
/** Options that are read in steps, because there may be thousands. */
const APART = ['rules', 'responses']

/** Options that may be used, and the paths of those that are not valid. */
export interface CheckedOptions {
  readonly options: HomeostatOptions
  /** The rules and responses, which are not read yet. */
  readonly program: GivenProgram
  /** Whether the option at a path, e.g. `pg.mode`, was given and is not valid. The path `` is all of them. */
  readonly isWrong: (path: string) => boolean
}

/**
 * Reads options from wherever they come: code first, then the environment, then a file. It never throws. Each mistake is one warning, and
 * what is not valid is left out, so that the default holds.
 */
export function readHomeostatOptions(given: unknown): CheckedOptions {
  const schema = homeostatOptionsWith(enginesGiven(given))
  const code = readOptions(schema, given, { apart: APART })
  const environment = code.options.environment ?? process.env
  const variables = readEnvironment(schema, environment, OTHER_VARIABLES)
  const file = readOptionFile(schema, environment, APART)
  const merged = mergeOptions(code.options, variables.options, file.options)
  const problems = [...code.problems, ...variables.problems, ...file.problems]
  const domains = merged.domains?.map((domain, index) => checkedDomain(domain, `domains[${index}]`, problems))
  warnOfOptions(problems)
  // A name that nobody knows may have meant an option: `maxMod: 'off'` is a wrong `maxMode`.
  const wrong = new Set(problems.flatMap(({ path, meant }) => (meant === undefined ? [path] : [path, meant])))
  const apartOf = (name: string): unknown => (code.apart.has(name) ? code : file).apart.get(name)
  return {
    options: { ...merged, ...(domains && { domains }) },
    program: new GivenProgram(apartOf('rules'), apartOf('responses')),
    isWrong: path => wrong.has(path) || (path !== '' && wrong.has(variableOf(path.split('.')))),
  }
}

/** How far something may go whose mode was given and is not valid: less may have been meant than what is left. */
export function carefulMode(mode: Mode, isWrong: boolean): Mode {
  return isWrong ? lesserMode(mode, 'advise') : mode
}
