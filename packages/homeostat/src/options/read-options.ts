import type { Mode } from '@homeostat/optimizer'
import { lesserMode } from '@homeostat/optimizer/parts'
import { mergeOptions, readEnvironment, readOptions, variableOf, warnOfOptions } from '@homeostat/signals/options'
import { checkedDomain } from './checked-domain.ts'
import { GivenProgram } from './given-program.ts'
import { enginesGiven } from './engines.ts'
import { homeostatOptionsWith } from './option-schema.ts'
import type { HomeostatOptions } from './options.ts'

/** Variables that are read elsewhere and are not options. */
const OTHER_VARIABLES = ['HOMEOSTAT_DISABLED', 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES']

/** Options that may be used, and the paths of those that are not valid. */
export interface CheckedOptions {
  readonly options: HomeostatOptions
  /** The rules and responses, which are not read yet. */
  readonly program: GivenProgram
  /** Whether the option at a path, e.g. `pg.mode`, was given and is not valid. The path `` is all of them. */
  readonly isWrong: (path: string) => boolean
}

/**
 * Reads options from wherever they come: code first, then the environment. It never throws. Each mistake is one warning, and
 * what is not valid is left out, so that the default holds.
 */
export function readHomeostatOptions(given: unknown): CheckedOptions {
  const schema = homeostatOptionsWith(enginesGiven(given))
  const code = readOptions(schema, given, { apart: ['rules', 'responses'] })
  const environment = code.options.environment ?? process.env
  const variables = readEnvironment(schema, environment, OTHER_VARIABLES)
  const merged = mergeOptions(code.options, variables.options)
  const problems = [...code.problems, ...variables.problems]
  const domains = merged.domains?.map((domain, index) => checkedDomain(domain, `domains[${index}]`, problems))
  warnOfOptions(problems)
  const wrong = new Set(problems.map(({ path }) => path))
  return {
    options: { ...merged, ...(domains && { domains }) },
    program: new GivenProgram(code.apart.get('rules'), code.apart.get('responses')),
    isWrong: path => wrong.has(path) || (path !== '' && wrong.has(variableOf(path.split('.')))),
  }
}

/** How far something may go whose mode was given and is not valid: less may have been meant than what is left. */
export function carefulMode(mode: Mode, isWrong: boolean): Mode {
  return isWrong ? lesserMode(mode, 'advise') : mode
}
