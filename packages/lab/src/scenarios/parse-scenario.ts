import type { RuleGroup } from '@homeostat/promql'
import {
  MappingReader,
  parseRuleFile,
  plainValue,
  type YamlDocument,
  type YamlNode,
} from '@homeostat/promql/rule-files'
import { modes, type BudgetLimits } from '@homeostat/optimizer'
import { DEFAULT_BUDGET } from '@homeostat/optimizer/parts'
import { oneOf, recordOf } from '@homeostat/signals/options'
import { milliseconds, NOT_NEGATIVE, valueOf, WHOLE_NUMBER } from '../response-files/fields.ts'
import { readResponse } from '../response-files/read-response.ts'
import { readExpected } from './parse-expected.ts'
import { readPlant, readSpans } from './parse-plant.ts'
import type { Scenario } from './scenario.ts'

const FIELDS = [
  'duration',
  'interval',
  'seed',
  'warm_up',
  'modes',
  'budget',
  'rules',
  'responses',
  'plant',
  'kill_switch',
  'expect',
]

const BUDGETS: Record<keyof BudgetLimits, string> = {
  runsPerHourOfAction: 'runs_per_hour_of_action',
  runsPerHour: 'runs_per_hour',
  concurrentRuns: 'concurrent_runs',
  blockedMsPerMinute: 'blocked_ms_per_minute',
}

/** A tick costs a fraction of a millisecond; a slip such as an interval of a millisecond would take hours. */
const MOST_TICKS = 1_000_000

/** Reads what stands under `scenario:`. Problems are reported to the document. */
export function readScenario(document: YamlDocument, node: YamlNode | undefined, name: string): Scenario {
  const fields = new MappingReader(document, node, 'a scenario', FIELDS)
  if (!fields.has('duration')) fields.report('duration', "field 'duration' must be set")
  const durationMs = milliseconds(fields, 'duration') ?? 0
  const intervalMs = milliseconds(fields, 'interval') ?? 5000
  if (intervalMs === 0) fields.report('interval', 'interval must be more than nothing')
  else if (durationMs / intervalMs > MOST_TICKS)
    fields.report('interval', `more than ${MOST_TICKS} ticks: raise interval`)
  if (fields.items('expect').length === 0) fields.report('expect', 'a scenario that expects nothing tests nothing')
  return {
    name,
    durationMs,
    intervalMs,
    seed: valueOf(fields, 'seed', WHOLE_NUMBER) ?? 1,
    warmUpMs: milliseconds(fields, 'warm_up') ?? 60_000,
    modes: valueOf(fields, 'modes', MODES) ?? {},
    budget: readBudget(document, fields.node('budget')),
    rules: readRules(document, fields.node('rules')),
    responses: fields.items('responses').flatMap(item => readResponse(document, item)?.response ?? []),
    plant: readPlant(document, fields.node('plant')),
    killed: readSpans(document, fields.items('kill_switch'), 'an item of kill_switch'),
    expect: fields.items('expect').map(item => readExpected(document, item, durationMs)),
  }
}

const MODES = recordOf(oneOf(modes, { description: 'the mode of an action' }), { description: 'modes of actions' })

function readBudget(document: YamlDocument, node: YamlNode | undefined): Partial<BudgetLimits> {
  const fields = new MappingReader(document, node, 'a budget', Object.values(BUDGETS))
  const known = Object.keys(DEFAULT_BUDGET) as (keyof BudgetLimits)[]
  const limits = known.flatMap(key => {
    const limit = valueOf(fields, BUDGETS[key], NOT_NEGATIVE)
    return limit === undefined ? [] : [[key, limit] as const]
  })
  return Object.fromEntries(limits)
}

/** Rules as in a group of a rule file, read by the same reader; it knows the rule, and this document the place. */
function readRules(document: YamlDocument, node: YamlNode | undefined): readonly RuleGroup[] {
  if (node === undefined) return []
  // JSON is YAML.
  const text = JSON.stringify({ groups: [{ name: 'scenario', rules: plainValue(document, node) }] })
  const { groups, errors } = parseRuleFile(text, { file: document.file })
  for (const { reason, place } of errors) document.report(node, reason, place)
  return groups
}
