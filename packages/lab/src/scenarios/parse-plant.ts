import { MappingReader, type YamlDocument, type YamlNode } from '@homeostat/promql/rule-files'
import { flag, number, oneOf, wholeNumber } from '@homeostat/signals/options'
import {
  ANY_NUMBER,
  given,
  milliseconds,
  NOT_NEGATIVE,
  required,
  requiredValueOf,
  valueOf,
} from '../response-files/fields.ts'
import type { PlantActionSpec, PlantEffect, PlantSeries, PlantSpec, TimeSpan } from './plant-spec.ts'

const description = 'a field of a plant'
const FLAG = flag({ description })
const KIND = oneOf(['gauge', 'counter'], { description })
const AUTOCORRELATION = number({
  least: 0,
  most: 1 - Number.EPSILON,
  expected: 'a number from 0 to less than 1',
  description,
})
const SCOPE = oneOf(['process', 'shared'], { description })
const RISK = wholeNumber({ least: 0, most: 3, description })
const RECEIPT = oneOf(['done', 'nothing', 'failure'], { description })
const UNDO = oneOf(['restored', 'superseded', 'failed'], { description })

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
  return {
    name: required(fields, 'name'),
    kind: valueOf(fields, 'kind', KIND) ?? 'gauge',
    unit: fields.text('unit') || '1',
    labels: fields.texts('labels', () => undefined),
    level: needed(fields, 'level'),
    noise: valueOf(fields, 'noise', NOT_NEGATIVE) ?? 0,
    autocorrelation: valueOf(fields, 'autocorrelation', AUTOCORRELATION) ?? 0,
    driftPerHour: valueOf(fields, 'drift', ANY_NUMBER) ?? 0,
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
  const risk = valueOf(fields, 'risk', RISK) ?? 0
  const name = required(fields, 'name')
  const isLasting = valueOf(fields, 'lasting', FLAG) ?? false
  if (fields.has('undo') && !isLasting) fields.report('undo', 'only what is lasting is undone')
  return {
    name,
    scope: valueOf(fields, 'scope', SCOPE) ?? 'process',
    touches: fields.has('touches') ? fields.textItems('touches') : [name],
    raises: fields.textItems('raises'),
    lowers: fields.textItems('lowers'),
    risk: risk as PlantActionSpec['risk'],
    disruptive: valueOf(fields, 'disruptive', FLAG) ?? false,
    receipt: valueOf(fields, 'receipt', RECEIPT) ?? 'done',
    takesMs: milliseconds(fields, 'takes') ?? 0,
    isLasting,
    undo: valueOf(fields, 'undo', UNDO) ?? 'restored',
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
  return requiredValueOf(fields, field, ANY_NUMBER) ?? 0
}

function time(fields: MappingReader, field: string): number {
  if (!fields.has(field)) fields.report(field, `field '${field}' must be set`)
  return milliseconds(fields, field) ?? 0
}
