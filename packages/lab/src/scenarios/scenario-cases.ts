import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { RuleGroup } from '@homeostat/promql'
import { MappingReader, parseRuleFile, plainValue, YamlDocument } from '@homeostat/promql/rule-files'
import { glob } from '@homeostat/promql/rule-tests'
import { readScenario } from './parse-scenario.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'

/** The field that makes a test of a rule test file a scenario. */
export const SCENARIO_FIELD = 'scenario'

const FILE_FIELDS = ['rule_files', 'evaluation_interval', 'group_eval_order', 'tests', 'fuzzy_compare']

/** One scenario of a test file, ready to run. */
export interface ScenarioCase {
  readonly file: string
  /** Its name, or `unnamed#0`. */
  readonly name: string
  /** Everything that is wrong; empty when all went as expected. Never rejects. */
  run(): Promise<readonly Error[]>
}

/** Which scenarios of a file run, and how strictly it is read. */
export interface ScenarioCaseOptions {
  /** Only scenarios whose name matches. @default all */
  readonly run?: RegExp
  /** Fields in rule files that Prometheus does not know are passed over. @default false */
  readonly ignoreUnknownFields?: boolean
  /** Rules may use functions that Prometheus has behind a feature flag. @default false */
  readonly experimental?: boolean
}

/** The scenarios of a text; run them only when there is no error. */
export interface ParsedScenarios {
  readonly ruleFiles: readonly string[]
  readonly scenarios: readonly Scenario[]
  readonly errors: readonly Error[]
}

/** Reads the tests of a rule test file that are scenarios; promtool's own are left to its reader. Never throws. */
export function parseScenarios(text: string, { file }: { readonly file: string }): ParsedScenarios {
  // A file without the word has no scenarios, whatever else is in it.
  if (!text.includes(SCENARIO_FIELD)) return { ruleFiles: [], scenarios: [], errors: [] }
  const document = new YamlDocument(text, file)
  const root = new MappingReader(document, document.root, 'a rule test file', FILE_FIELDS)
  const scenarios = root.items('tests').flatMap((node, index): Scenario[] => {
    const plain = plainValue(document, node)
    if (typeof plain !== 'object' || plain === null || !(SCENARIO_FIELD in plain)) return []
    const entry = new MappingReader(document, node, 'a test that is a scenario', ['name', SCENARIO_FIELD])
    return [readScenario(document, entry.node(SCENARIO_FIELD), entry.text('name') || `unnamed#${index}`)]
  })
  return { ruleFiles: root.textItems('rule_files'), scenarios, errors: scenarios.length > 0 ? document.errors : [] }
}

/** Reads the scenarios of a rule test file and the rule files it names. A file that cannot be read is a case that fails. */
export function scenarioCases(file: string, options: ScenarioCaseOptions = {}): ScenarioCase[] {
  try {
    const { ruleFiles, scenarios, errors } = parseScenarios(readFileSync(file, 'utf8'), { file })
    if (errors.length > 0) return [broken(file, errors)]
    if (scenarios.length === 0) return []
    const { run, ...reading } = options
    const paths = new Set(
      ruleFiles.flatMap(pattern => glob(isAbsolute(pattern) ? pattern : join(dirname(file), pattern))),
    )
    const parsed = [...paths].map(path => parseRuleFile(readFileSync(path, 'utf8'), { ...reading, file: path }))
    const ruleErrors = parsed.flatMap(each => each.errors)
    const groups: RuleGroup[] = parsed.flatMap(each => each.groups)
    return scenarios
      .filter(({ name }) => run === undefined || run.test(name))
      .map(scenario => ({
        file,
        name: scenario.name,
        run: async () => (ruleErrors.length > 0 ? ruleErrors : runScenario(scenario, groups).catch(wrong)),
      }))
  } catch (error) {
    return [broken(file, wrong(error))]
  }
}

function broken(file: string, errors: readonly Error[]): ScenarioCase {
  return { file, name: file, run: async () => errors }
}

function wrong(error: unknown): readonly Error[] {
  return [error instanceof Error ? error : new Error(String(error))]
}
