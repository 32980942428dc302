import { MappingReader, type YamlDocument, type YamlNode } from '@homeostat/promql/rule-files'
import { choice, given, milliseconds, positive, required } from '../response-files/fields.ts'
import type { PlantActionSpec, PlantEffect, PlantSeries, PlantSpec, TimeSpan } from './plant-spec.ts'

const SERIES_FIELDS = [
  'name',
  'kind',
  'unit',
  'labels',
  'level',
  'noise',
  'autocorrelation',
  'drift',
  'delay',
  'steps',
  'ramps',
  'periods',
  'missing',
]
const ACTION_FIELDS = [
  'name',
  'scope',
  'touches',
  'raises',
  'lowers',
  'risk',
  'disruptive',
  'receipt',
  'takes',
  'lasting',
  'undo',
  'effects',
]

/** Reads `plant:`. */
export function readPlant(document: YamlDocument, node: YamlNode | undefined): PlantSpec {
  const fields = new MappingReader(document, node, 'a plant', ['series', 'actions'])
  const series = fields.items('series').map(item => readSeries(document, item))
  const names = new Set(series.map(({ name }) => name))
  const actions = fields.items('actions').map(item => readAction(document, item, names))
  return { series, actions }
}

/** A list of `{ at, for }`. */
export function readSpans(document: YamlDocument, items: readonly YamlNode[], what: string): TimeSpan[] {
  return items.map(item => {
    const fields = new MappingReader(document, item, what, ['at', 'for'])
    return { atMs: milliseconds(fields, 'at') ?? 0, forMs: milliseconds(fields, 'for') ?? Infinity }
  })
}

function readSeries(document: YamlDocument, node: YamlNode): PlantSeries {
  const fields = new MappingReader(document, node, 'a series of a plant', SERIES_FIELDS)
  const part = (field: string, known: readonly string[]): MappingReader[] =>
    fields.items(field).map(item => new MappingReader(document, item, `an item of ${field}`, known))
  const autocorrelation = positive(fields, 'autocorrelation') ?? 0
  if (autocorrelation >= 1) fields.report('autocorrelation', 'autocorrelation must be less than 1')
  return {
    name: required(fields, 'name'),
    kind: choice(fields, 'kind', ['gauge', 'counter'] as const, false) ?? 'gauge',
    unit: fields.text('unit') || '1',
    labels: fields.texts('labels', () => undefined),
    level: needed(fields, 'level'),
    noise: positive(fields, 'noise') ?? 0,
    autocorrelation,
    driftPerHour: fields.number('drift', false) ?? 0,
    delayMs: milliseconds(fields, 'delay') ?? 0,
    steps: part('steps', ['at', 'level']).map(step => ({ atMs: time(step, 'at'), level: needed(step, 'level') })),
    ramps: part('ramps', ['at', 'for', 'level']).map(ramp => ({
      atMs: time(ramp, 'at'),
      forMs: time(ramp, 'for'),
      level: needed(ramp, 'level'),
    })),
    periods: part('periods', ['every', 'for', 'factor']).map(period => ({
      everyMs: time(period, 'every'),
      forMs: time(period, 'for'),
      factor: needed(period, 'factor'),
    })),
    missing: readSpans(document, fields.items('missing'), 'an item of missing'),
  }
}

function readAction(document: YamlDocument, node: YamlNode, series: ReadonlySet<string>): PlantActionSpec {
  const fields = new MappingReader(document, node, 'an action of a plant', ACTION_FIELDS)
  const risk = fields.number('risk', true) ?? 0
  if (![0, 1, 2, 3].includes(risk)) fields.report('risk', 'risk must be 0, 1, 2 or 3')
  const name = required(fields, 'name')
  const isLasting = fields.boolean('lasting')
  if (fields.has('undo') && !isLasting) fields.report('undo', 'only what is lasting is undone')
  return {
    name,
    scope: choice(fields, 'scope', ['process', 'shared'] as const, false) ?? 'process',
    touches: fields.has('touches') ? fields.textItems('touches') : [name],
    raises: fields.textItems('raises'),
    lowers: fields.textItems('lowers'),
    risk: risk as PlantActionSpec['risk'],
    disruptive: fields.boolean('disruptive'),
    receipt: choice(fields, 'receipt', ['done', 'nothing', 'failure'] as const, false) ?? 'done',
    takesMs: milliseconds(fields, 'takes') ?? 0,
    isLasting,
    undo: choice(fields, 'undo', ['restored', 'superseded', 'failed'] as const, false) ?? 'restored',
    effects: fields.items('effects').map(item => readEffect(document, item, series)),
  }
}

function readEffect(document: YamlDocument, node: YamlNode, series: ReadonlySet<string>): PlantEffect {
  const fields = new MappingReader(document, node, 'an effect', ['series', 'labels', 'factor', 'after', 'for'])
  const name = required(fields, 'series')
  if (name !== '' && !series.has(name)) fields.report('series', `the plant has no series ${JSON.stringify(name)}`)
  return {
    series: name,
    labels: fields.texts('labels', () => undefined),
    factor: needed(fields, 'factor'),
    afterMs: milliseconds(fields, 'after') ?? 0,
    ...given({ forMs: milliseconds(fields, 'for') }),
  }
}

function needed(fields: MappingReader, field: string): number {
  if (!fields.has(field)) fields.report(field, `field '${field}' must be set`)
  return fields.number(field, false) ?? 0
}

function time(fields: MappingReader, field: string): number {
  if (!fields.has(field)) fields.report(field, `field '${field}' must be set`)
  return milliseconds(fields, field) ?? 0
}
