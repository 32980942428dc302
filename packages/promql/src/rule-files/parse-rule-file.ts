import { parseDuration } from '../numbers/durations.ts'
import type { CompiledExpressions } from '../queries/compiled-expressions.ts'
import { compile } from '../queries/expression.ts'
import { isReservedLabel, recordNameProblem } from '../rules/recording-rule.ts'
import type { RuleGroup } from '../rules/rule-group.ts'
import type { RecordingRule, Rule } from '../rules/rule.ts'
import { parseTemplate } from '../templates/template.ts'
import type { RuleFileError, RulePlace } from '../words/rule-file-error.ts'
import { YamlDocument } from './yaml-document.ts'
import { MappingReader } from './yaml-reader.ts'
import type { YamlNode } from './yaml-node.ts'

/** Options of {@link parseRuleFile}. */
export interface RuleFileOptions {
  /** The name that errors carry. */
  readonly file: string
  /** Fields that Prometheus does not know are passed over instead of reported. @default false */
  readonly ignoreUnknownFields?: boolean
  /** Expressions may use the functions that Prometheus has behind a feature flag. @default false */
  readonly experimental?: boolean
  /** Keeps the compiled expressions for the next caller. @default they are not kept */
  readonly expressions?: CompiledExpressions
}

/** What a rule file holds. */
export interface RuleFile {
  readonly file: string
  /** The groups, rules with errors left out; load them only when there is no error, as Prometheus does. */
  readonly groups: readonly RuleGroup[]
  readonly errors: readonly RuleFileError[]
  /** Mistakes of which Prometheus only warns: a second YAML document, which is ignored. */
  readonly warnings: readonly RuleFileError[]
}

/**
 * Reads a Prometheus rule file, as strictly as Prometheus: unknown fields, names, durations, expressions and templates are
 * checked, and all problems are reported with file, line and column. Never throws.
 * https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#configuring-rules
 *
 * @example
 * ```ts
 * const { groups, errors } = parseRuleFile(await readFile('rules.yml', 'utf8'), { file: 'rules.yml' })
 * if (errors.length === 0) createRules(groups, store)
 * ```
 */
export function parseRuleFile(text: string, options: RuleFileOptions): RuleFile {
  const { file } = options
  const document = new YamlDocument(text, file, options.ignoreUnknownFields)
  const groups: RuleGroup[] = []
  const names = new Set<string>()
  const root = new MappingReader(document, document.root, 'a rule file', ['groups'])
  for (const node of root.items('groups')) groups.push(readGroup(document, node, names, options))
  return { file, groups, errors: document.errors, warnings: document.warnings }
}

const GROUP_FIELDS = ['name', 'interval', 'query_offset', 'limit', 'rules', 'labels']
const RULE_FIELDS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations']

function readGroup(document: YamlDocument, node: YamlNode, names: Set<string>, options: RuleFileOptions): RuleGroup {
  const group = new MappingReader(document, node, 'a rule group', GROUP_FIELDS)
  const name = group.text('name')
  if (name === '') group.report('name', 'Groupname must not be empty')
  else if (name !== undefined && names.has(name))
    document.report(node, `groupname: ${JSON.stringify(name)} is repeated in the same file`)
  names.add(name ?? '')
  const interval = group.duration('interval')
  const queryOffset = group.duration('query_offset')
  const limit = group.number('limit', true)
  const labels = group.texts('labels', labelProblem)
  const rules: (Rule | RecordingRule)[] = []
  for (const [index, item] of group.items('rules').entries()) {
    const rule = readRule(document, item, { group: name ?? '', rule: index + 1, name: '' }, options)
    if (rule !== undefined) rules.push(rule)
  }
  return {
    name: name ?? '',
    ...(interval === undefined ? {} : { interval }),
    ...(queryOffset === undefined ? {} : { queryOffset }),
    ...(limit === undefined ? {} : { limit }),
    ...(group.has('labels') ? { labels } : {}),
    rules,
  }
}

function readRule(
  document: YamlDocument,
  node: YamlNode,
  place: RulePlace,
  options: RuleFileOptions,
): Rule | RecordingRule | undefined {
  const errorsBefore = document.errors.length
  const rule = new MappingReader(document, node, 'a rule', RULE_FIELDS, place)
  const record = rule.text('record') ?? ''
  const alert = rule.text('alert') ?? ''
  rule.place = { ...place, name: alert === '' ? record : alert }
  if (record !== '' && alert !== '') rule.report('record', "only one of 'record' and 'alert' must be set")
  if (record === '' && alert === '') rule.report('record', "one of 'record' or 'alert' must be set")
  const expr = readExpression(rule, options)
  const holdFor = rule.duration('for')
  const keepFiringFor = rule.duration('keep_firing_for')
  const checksTemplates = alert !== ''
  const labels = rule.texts(
    'labels',
    (key, value) => labelProblem(key, value) ?? (checksTemplates ? templateProblem('label', key, value) : undefined),
  )
  const annotations = rule.texts(
    'annotations',
    (key, value) => annotationProblem(key) ?? (checksTemplates ? templateProblem('annotation', key, value) : undefined),
  )
  if (record !== '') {
    if (Object.keys(annotations).length > 0) rule.report('annotations', "invalid field 'annotations' in recording rule")
    if (parseDuration(holdFor ?? '0') !== 0) rule.report('for', "invalid field 'for' in recording rule")
    if (parseDuration(keepFiringFor ?? '0') !== 0)
      rule.report('keep_firing_for', "invalid field 'keep_firing_for' in recording rule")
    const problem = recordNameProblem(record)
    if (problem !== undefined) rule.report('record', problem)
  }
  if (document.errors.length > errorsBefore) return undefined
  const own = rule.has('labels') ? { labels } : {}
  if (record !== '') return { record, expr, ...own }
  return {
    alert,
    expr,
    ...(holdFor === undefined ? {} : { for: holdFor }),
    ...(keepFiringFor === undefined ? {} : { keepFiringFor }),
    ...own,
    ...(rule.has('annotations') ? { annotations } : {}),
  }
}

function readExpression(rule: MappingReader, { experimental, expressions }: RuleFileOptions): string {
  const expr = rule.text('expr')
  if (expr === undefined) return ''
  if (expr.trim() === '') {
    rule.report('expr', "field 'expr' must be set in rule")
    return ''
  }
  try {
    const { type } = (expressions ?? { compile }).compile(expr, { experimental })
    if (type !== 'instant vector' && type !== 'scalar')
      rule.report('expr', `a rule needs a vector or a scalar, got ${type}`)
  } catch (error) {
    rule.report('expr', `could not parse expression: ${messageOf(error)}`, error)
  }
  return expr
}

/** Since Prometheus 3 any text is a label name, but it cannot be empty. */
function labelProblem(name: string, value: string): string | undefined {
  if (isReservedLabel(name) || !name.isWellFormed()) return `invalid label name: ${name}`
  return value.isWellFormed() ? undefined : `invalid label value: ${value}`
}

function annotationProblem(name: string): string | undefined {
  return name === '' || !name.isWellFormed() ? `invalid annotation name: ${name}` : undefined
}

function templateProblem(kind: string, name: string, text: string): string | undefined {
  try {
    parseTemplate(text, '')
    return undefined
  } catch (error) {
    return `${kind} ${JSON.stringify(name)}: ${messageOf(error)}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
