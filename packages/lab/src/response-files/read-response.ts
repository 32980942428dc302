import type { YamlDocument, YamlNode } from '@homeostat/promql/rule-files'
import { MappingReader, plainValue } from '@homeostat/promql/rule-files'
import type { Design, Expectation, ResponseGuard as Guard, Requirement, Response } from '@homeostat/optimizer'
import { designSchema, PLAIN_COMPILER, responseSchemasWith, type Compiler } from '@homeostat/optimizer/schemas'
import { oneOf } from '@homeostat/signals/options'
import { checkAsCode, checked } from './check-as-code.ts'
import { entryOf, expression, given, milliseconds, required, requiredValueOf, valueOf, WHOLE_NUMBER } from './fields.ts'

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
const EXPECT_FIELDS = ['expr', 'direction', 'worth', 'harm', 'baseline', 'settle', 'window']
const GUARD_FIELDS = ['expr', 'not_worse_than', 'direction', 'kind', 'denominator', 'floor']
const REQUIREMENT_FIELDS = ['expr', 'otherwise']
const DESIGN_FIELDS = ['kind', 'blocks', 'block', 'carry_over']
const DESIGN = oneOf(['switchback', 'split'], { description: 'how the effect is proven' })

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
  const schema = responseSchemasWith(compiler).response
  const labels = fields.texts('labels', () => undefined)
  const guards = fields.items('guards').map(item => readGuard(document, item, compiler))
  const requires = fields.items('requires').map(item => readRequirement(document, item, compiler))
  const response: Response = {
    to: { alert: required(fields, 'alert'), ...(fields.has('labels') && { labels }) },
    action: required(fields, 'action'),
    priority: requiredValueOf(fields, 'priority', entryOf(schema, 'priority')) ?? 'efficiency',
    ...given({
      options: fields.has('options') ? plainValue(document, fields.node('options')) : undefined,
      cooldownMs: milliseconds(fields, 'cooldown'),
      timeoutMs: milliseconds(fields, 'timeout'),
      expect: fields.has('expect') ? readExpectation(document, fields.node('expect'), compiler) : undefined,
      guards: fields.has('guards') ? guards : undefined,
      requires: fields.has('requires') ? requires : undefined,
      clear: fields.has('clear') ? expression(fields, 'clear', compiler) : undefined,
      withhold: valueOf(fields, 'withhold', entryOf(schema, 'withhold')),
      maxMode: valueOf(fields, 'max_mode', entryOf(schema, 'maxMode')),
      preventive: valueOf(fields, 'preventive', entryOf(schema, 'preventive')),
      design: fields.has('design') ? readDesign(document, fields.node('design')) : undefined,
    }),
  }
  if (document.errors.length === errorsBefore) checkAsCode(fields, schema, response)
  return document.errors.length > errorsBefore ? undefined : { response, fields }
}

function readExpectation(document: YamlDocument, node: YamlNode | undefined, compiler: Compiler): Expectation {
  const fields = new MappingReader(document, node, 'what is expected', EXPECT_FIELDS)
  const schema = responseSchemasWith(compiler).expectation
  return checked(document, fields, schema, () => ({
    expr: expression(fields, 'expr', compiler),
    direction: requiredValueOf(fields, 'direction', entryOf(schema, 'direction')) ?? 'down',
    ...given({
      worth: valueOf(fields, 'worth', entryOf(schema, 'worth')),
      harm: valueOf(fields, 'harm', entryOf(schema, 'harm')),
      baselineMs: milliseconds(fields, 'baseline'),
      settleMs: milliseconds(fields, 'settle'),
      windowMs: milliseconds(fields, 'window'),
    }),
  }))
}

function readGuard(document: YamlDocument, node: YamlNode, compiler: Compiler): Guard {
  const fields = new MappingReader(document, node, 'a guard', GUARD_FIELDS)
  const schema = responseSchemasWith(compiler).guard
  return checked(document, fields, schema, () => ({
    expr: expression(fields, 'expr', compiler),
    notWorseThan: requiredValueOf(fields, 'not_worse_than', entryOf(schema, 'notWorseThan')) ?? 0,
    ...given({
      direction: valueOf(fields, 'direction', entryOf(schema, 'direction')),
      kind: valueOf(fields, 'kind', entryOf(schema, 'kind')),
      denominator: fields.has('denominator') ? expression(fields, 'denominator', compiler) : undefined,
      floor: valueOf(fields, 'floor', entryOf(schema, 'floor')),
    }),
  }))
}

function readRequirement(document: YamlDocument, node: YamlNode, compiler: Compiler): Requirement {
  const fields = new MappingReader(document, node, 'a requirement', REQUIREMENT_FIELDS)
  return { expr: expression(fields, 'expr', compiler), otherwise: required(fields, 'otherwise') }
}

function readDesign(document: YamlDocument, node: YamlNode | undefined): Design {
  const fields = new MappingReader(document, node, 'a design', DESIGN_FIELDS)
  const kind = requiredValueOf(fields, 'kind', DESIGN) ?? 'split'
  const blocks = valueOf(fields, 'blocks', WHOLE_NUMBER)
  if (kind === 'split' && fields.has('carry_over')) fields.report('carry_over', 'a split carries nothing over')
  const carryOverMs = kind === 'switchback' ? milliseconds(fields, 'carry_over') : undefined
  return checked(document, fields, designSchema, () => ({
    kind,
    ...given({ blocks, blockMs: milliseconds(fields, 'block'), carryOverMs }),
  }))
}
