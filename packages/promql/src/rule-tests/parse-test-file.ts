import { isMap } from 'yaml'
import { parseDuration } from '../numbers/durations.ts'
import type { RuleFileError } from '../words/rule-file-error.ts'
import { YamlDocument } from '../rule-files/yaml-document.ts'
import { MappingReader } from '../rule-files/yaml-reader.ts'
import type { AlertTest, ExpressionTest, InputSeries, RuleTest, RuleTestFile } from './rule-test.ts'
import { parseMetric, parseSeriesValues } from './series-notation.ts'
import type { YamlNode } from '../rule-files/yaml-node.ts'

/** What a rule test file holds; run it only when there is no error. */
export interface ParsedRuleTestFile {
  readonly content: RuleTestFile
  readonly errors: readonly RuleFileError[]
}

/** Options of {@link parseRuleTestFile}. */
export interface RuleTestFileOptions {
  /** The name that errors carry. */
  readonly file: string
  /** Tests with this field are of somebody else's kind and passed over. @default there are none, and it is an error */
  readonly passOver?: string | undefined
}

const FILE_FIELDS = ['rule_files', 'evaluation_interval', 'group_eval_order', 'tests', 'fuzzy_compare']
const TEST_FIELDS = [
  'interval',
  'input_series',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
  'name',
  'start_timestamp',
]

/**
 * Reads a rule test file in promtool's format, as strictly as promtool. Never throws.
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function parseRuleTestFile(text: string, { file, passOver }: RuleTestFileOptions): ParsedRuleTestFile {
  const document = new YamlDocument(text, file)
  const root = new MappingReader(document, document.root, 'a rule test file', FILE_FIELDS)
  const evaluationIntervalMs = durationMs(root, 'evaluation_interval') || 60_000
  const groupOrder = root.textItems('group_eval_order')
  const repeated = groupOrder.find((name, index) => groupOrder.indexOf(name) !== index)
  if (repeated !== undefined) root.report('group_eval_order', `group name repeated in evaluation order: ${repeated}`)
  const content: RuleTestFile = {
    file,
    ruleFiles: root.textItems('rule_files'),
    evaluationIntervalMs,
    groupOrder,
    fuzzyCompare: root.boolean('fuzzy_compare'),
    tests: root
      .items('tests')
      .flatMap((node, index) =>
        hasField(document, node, passOver) ? [] : [readTest(document, node, evaluationIntervalMs, index)],
      ),
  }
  return { content, errors: document.errors }
}

function hasField(document: YamlDocument, node: YamlNode, field: string | undefined): boolean {
  if (field === undefined) return false
  const map = document.resolve(node)
  return isMap(map) && map.has(field)
}

function durationMs(reader: MappingReader, field: string): number {
  return parseDuration(reader.duration(field) ?? '0') ?? 0
}

function readTest(document: YamlDocument, node: YamlNode, evaluationIntervalMs: number, index: number): RuleTest {
  const test = new MappingReader(document, node, 'a test', TEST_FIELDS)
  const name = test.text('name') ?? ''
  return {
    name,
    title: name === '' ? `unnamed#${index}` : name,
    intervalMs: durationMs(test, 'interval') || evaluationIntervalMs,
    startMs: startOf(test),
    externalLabels: test.texts('external_labels', () => undefined),
    externalUrl: test.text('external_url') ?? '',
    series: test.items('input_series').flatMap(item => readSeries(document, item)),
    alerts: test.items('alert_rule_test').map(item => readAlertTest(document, item, name)),
    expressions: test.items('promql_expr_test').map(item => readExpressionTest(document, item)),
  }
}

/** `start_timestamp`: seconds since the epoch, or a date as in RFC 3339. Default 0. */
function startOf(test: MappingReader): number {
  const text = test.text('start_timestamp') ?? ''
  if (text === '') return 0
  const ms = /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isFinite(ms)) return ms
  test.report('start_timestamp', `cannot parse ${JSON.stringify(text)} to a valid timestamp`)
  return 0
}

function readSeries(document: YamlDocument, node: YamlNode): InputSeries[] {
  const reader = new MappingReader(document, node, 'an input series', ['series', 'values'])
  const labels = attempt(reader, 'series', () => parseMetric(reader.text('series') ?? ''))
  const points = attempt(reader, 'values', () => parseSeriesValues(reader.text('values') ?? ''))
  return labels === undefined || points === undefined ? [] : [{ labels, points }]
}

function attempt<T>(reader: MappingReader, field: string, run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    reader.report(field, error instanceof Error ? error.message : String(error), error)
    return undefined
  }
}

function readAlertTest(document: YamlDocument, node: YamlNode, testName: string): AlertTest {
  const reader = new MappingReader(document, node, 'an alert_rule_test', ['eval_time', 'alertname', 'exp_alerts'])
  const alertname = reader.text('alertname') ?? ''
  const evalTimeMs = durationMs(reader, 'eval_time')
  if (alertname === '') {
    const where = testName === '' ? '' : ` (in TestGroup ${testName})`
    reader.report('alertname', `an item under alert_rule_test misses required attribute alertname${where}`)
  }
  const expected = reader.items('exp_alerts').map(item => {
    const alert = new MappingReader(document, item, 'an expected alert', ['exp_labels', 'exp_annotations'])
    return {
      labels: alert.texts('exp_labels', () => undefined),
      annotations: alert.texts('exp_annotations', () => undefined),
    }
  })
  return { evalTimeMs, alertname, expected }
}

function readExpressionTest(document: YamlDocument, node: YamlNode): ExpressionTest {
  const reader = new MappingReader(document, node, 'a promql_expr_test', ['expr', 'eval_time', 'exp_samples'])
  const expected = reader.items('exp_samples').map(item => {
    const sample = new MappingReader(document, item, 'an expected sample', ['labels', 'value', 'histogram'])
    if (sample.has('histogram')) sample.report('histogram', 'not supported: native histograms')
    return { labels: sample.text('labels') ?? '', value: sample.number('value', false) ?? 0 }
  })
  return { expr: reader.text('expr') ?? '', evalTimeMs: durationMs(reader, 'eval_time'), expected }
}
