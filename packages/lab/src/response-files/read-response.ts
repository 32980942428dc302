import type { YamlDocument, YamlNode } from '@homeostat/promql/rule-files'
import { MappingReader, plainValue } from '@homeostat/promql/rule-files'
import { modes } from '@homeostat/optimizer'
import type { Design, Expectation, ResponseGuard as Guard, Requirement, Response } from '@homeostat/optimizer'
import { designSchema, PLAIN_COMPILER, responseSchemasWith, type Compiler } from '@homeostat/optimizer/schemas'
import { checkAsCode, checked } from './check-as-code.ts'
import { choice, expression, given, milliseconds, positive, required } from './fields.ts'

const RESPONSE_FIELDS = [
  'alert',
  'labels',
  'action',
  'options',
  'priority',
  'cooldown',
  'timeout',
  'expect',
  'guards',
  'requires',
  'clear',
  'withhold',
  'preventive',
  'max_mode',
  'design',
]
const EXPECT_FIELDS = ['expr', 'direction', 'worth', 'baseline', 'settle', 'window']
const GUARD_FIELDS = ['expr', 'not_worse_than', 'direction', 'kind', 'denominator', 'floor']
const REQUIREMENT_FIELDS = ['expr', 'otherwise']
const DESIGN_FIELDS = ['kind', 'blocks', 'block', 'carry_over']
const PRIORITIES = ['safety', 'slo', 'efficiency'] as const
const DIRECTIONS = ['up', 'down'] as const
const KINDS = ['level', 'ratio'] as const
const DESIGNS = ['switchback', 'split'] as const

/**
 * Reads one response: the fields of `Response` as Prometheus would spell them, with durations like `5m`.
 *
 * @param compiler - compiles its expressions. Default: they are not kept
 */
export function readResponse(
  document: YamlDocument,
  node: YamlNode,
  compiler: Compiler = PLAIN_COMPILER,
): { readonly response: Response; readonly fields: MappingReader } | undefined {
  const errorsBefore = document.errors.length
  const fields = new MappingReader(document, node, 'a response', RESPONSE_FIELDS)
  const labels = fields.texts('labels', () => undefined)
  const guards = fields.items('guards').map(item => readGuard(document, item, compiler))
  const requires = fields.items('requires').map(item => readRequirement(document, item, compiler))
  const response: Response = {
    to: { alert: required(fields, 'alert'), ...(fields.has('labels') && { labels }) },
    action: required(fields, 'action'),
    priority: choice(fields, 'priority', PRIORITIES, true) ?? 'efficiency',
    ...given({
      options: fields.has('options') ? plainValue(document, fields.node('options')) : undefined,
      cooldownMs: milliseconds(fields, 'cooldown'),
      timeoutMs: milliseconds(fields, 'timeout'),
      expect: fields.has('expect') ? readExpectation(document, fields.node('expect'), compiler) : undefined,
      guards: fields.has('guards') ? guards : undefined,
      requires: fields.has('requires') ? requires : undefined,
      clear: fields.has('clear') ? expression(fields, 'clear', compiler) : undefined,
      withhold: fields.has('withhold') ? fields.boolean('withhold') : undefined,
      maxMode: choice(fields, 'max_mode', modes, false),
      preventive: fields.has('preventive') ? fields.boolean('preventive') : undefined,
      design: fields.has('design') ? readDesign(document, fields.node('design')) : undefined,
    }),
  }
  if (document.errors.length === errorsBefore) checkAsCode(fields, responseSchemasWith(compiler).response, response)
  return document.errors.length > errorsBefore ? undefined : { response, fields }
}

function readExpectation(document: YamlDocument, node: YamlNode | undefined, compiler: Compiler): Expectation {
  const fields = new MappingReader(document, node, 'what is expected', EXPECT_FIELDS)
  return checked(document, fields, responseSchemasWith(compiler).expectation, () => ({
    expr: expression(fields, 'expr', compiler),
    direction: choice(fields, 'direction', DIRECTIONS, true) ?? 'down',
    ...given({
      worth: positive(fields, 'worth'),
      baselineMs: milliseconds(fields, 'baseline'),
      settleMs: milliseconds(fields, 'settle'),
      windowMs: milliseconds(fields, 'window'),
    }),
  }))
}

function readGuard(document: YamlDocument, node: YamlNode, compiler: Compiler): Guard {
  const fields = new MappingReader(document, node, 'a guard', GUARD_FIELDS)
  if (!fields.has('not_worse_than')) fields.report('not_worse_than', "field 'not_worse_than' must be set")
  return checked(document, fields, responseSchemasWith(compiler).guard, () => ({
    expr: expression(fields, 'expr', compiler),
    notWorseThan: positive(fields, 'not_worse_than') ?? 0,
    ...given({
      direction: choice(fields, 'direction', DIRECTIONS, false),
      kind: choice(fields, 'kind', KINDS, false),
      denominator: fields.has('denominator') ? expression(fields, 'denominator', compiler) : undefined,
      floor: positive(fields, 'floor'),
    }),
  }))
}

function readRequirement(document: YamlDocument, node: YamlNode, compiler: Compiler): Requirement {
  const fields = new MappingReader(document, node, 'a requirement', REQUIREMENT_FIELDS)
  return { expr: expression(fields, 'expr', compiler), otherwise: required(fields, 'otherwise') }
}

function readDesign(document: YamlDocument, node: YamlNode | undefined): Design {
  const fields = new MappingReader(document, node, 'a design', DESIGN_FIELDS)
  const kind = choice(fields, 'kind', DESIGNS, true) ?? 'split'
  const blocks = fields.number('blocks', true)
  if (kind === 'split' && fields.has('carry_over')) fields.report('carry_over', 'a split carries nothing over')
  const carryOverMs = kind === 'switchback' ? milliseconds(fields, 'carry_over') : undefined
  return checked(document, fields, designSchema, () => ({
    kind,
    ...given({ blocks, blockMs: milliseconds(fields, 'block'), carryOverMs }),
  }))
}
