import type { RuleSource } from '@homeostat/promql'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { mergeOptions, readEnvironment, type Environment } from '@homeostat/signals/options'
import { domainsOf } from '../domains/domains.ts'
import { providedActions } from '../domains/provided-actions.ts'
import { readOptionFile } from '../options/file/read-option-file.ts'
import { GivenProgram } from '../options/given-program.ts'
import { homeostatOptions } from '../options/option-schema.ts'
import { OTHER_VARIABLES } from '../options/read-options.ts'
import { readCommandFile } from './file.ts'
import { atOnce } from '@homeostat/signals'

/** The rules and actions of a process that is started in this folder, without those in its code. */
export interface KnownProgram {
  readonly rules: readonly RuleSource[]
  readonly actions: ReadonlySet<string>
  /** The mistakes in the options, one line each. */
  readonly problems: readonly string[]
}

/** Reads the packages, and the options of environment and files, as the process does. */
export function knownProgram(environment: Environment): KnownProgram {
  const variables = readEnvironment(homeostatOptions, environment, OTHER_VARIABLES)
  const file = readOptionFile(homeostatOptions, environment, ['rules', 'responses'])
  const options = mergeOptions(variables.options, file.options)
  const packages = domainsOf(options).map(([domain]) => domain)
  const given = atOnce(new GivenProgram(file.apart.get('rules'), undefined).read())
  const named = (options.ruleFiles ?? []).map(path => readRules(path))
  return {
    rules: [...packages.flatMap(({ rules = [] }) => rules), ...given.rules, ...named.flatMap(({ rules }) => rules)],
    actions: new Set(packages.flatMap(providedActions).map(({ name }) => name)),
    problems: [
      ...[...variables.problems, ...file.problems, ...given.problems].map(({ message }) => message),
      ...named.flatMap(({ problem }) => problem ?? []),
    ],
  }
}

/** A rule file of the options that cannot be read has no alerts; the process reports the same. */
function readRules(path: string): { readonly rules: readonly RuleSource[]; readonly problem?: string } {
  try {
    return { rules: parseRuleFile(readCommandFile(path), { file: path }).groups }
  } catch (error) {
    return { rules: [], problem: error instanceof Error ? error.message : String(error) }
  }
}
