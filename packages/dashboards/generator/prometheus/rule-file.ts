import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { RuleGroup } from '@homeostat/promql'
import { parseRuleFile, ruleFileText } from '@homeostat/promql/rule-files'
import { ownRules } from './own-rules.ts'

const command = fileURLToPath(new URL('../../../homeostat/dist/cli/cli.js', import.meta.url))

/** The rules of the packages, with the thresholds of an application that sets no option, and those about Homeostat itself. */
export async function ruleGroups(): Promise<readonly RuleGroup[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, 'rules', 'export'], { env: {} })
  const { groups, errors } = parseRuleFile(stdout, { file: 'homeostat rules export' })
  if (errors[0]) throw errors[0]
  return [...groups, ownRules]
}

export function ruleFile(groups: readonly RuleGroup[]): string {
  return ruleFileText(
    groups,
    'The rules that Homeostat evaluates inside each process, with its default thresholds, and rules about Homeostat itself.\nThose of one application, with its own thresholds: homeostat rules export --label=job=NAME',
  )
}
