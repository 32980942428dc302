import * as fc from 'fast-check'
import { FUNCTIONS } from '../../src/functions/table.ts'

/** Names that a plain object would take for its own. */
const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'prototype']

const label = fc.constantFrom('x', 'y', 'le', 'none', '__name__', ...HOSTILE)
const duration = fc.constantFrom('1ms', '1s', '30s', '1m', '5m', '1h', '1d', '1y', '0.5', '90')
const pattern = fc.oneof(
  fc.constantFrom(
    '.*',
    '.+',
    '1|2',
    '(a*)*b',
    '(a|aa)+$',
    '([^x]+)+y',
    '(?i)A',
    '(.*)(.*)',
    '((1)?){30}',
    '[[:alpha:]]',
  ),
  fc.string({ maxLength: 8 }),
)
const text = fc.oneof(label, pattern, fc.constantFrom('$1', '$0-${x}', '', 'a;b', '\u{1F600}', '\ud800'))
const quoted = text.map(value => JSON.stringify(value))
const modifier = fc.oneof(
  fc.constantFrom('', '', '', ' offset 30s', ' offset -1m', ' @ 60', ' @ start()', ' @ end() offset 5s', ' @ -1'),
  duration.map(each => ` offset ${each}`),
)
const selector = fc
  .tuple(
    fc.constantFrom('a', 'b_total', 'h_bucket', 'none', ...HOSTILE),
    fc.array(fc.tuple(label, fc.constantFrom('=', '!=', '=~', '!~'), quoted), { maxLength: 2 }),
  )
  .map(([name, matches]) => `${name}{${matches.map(match => match.join('')).join(',')}}`)

/** Expressions that are mostly well formed, so that the evaluator is reached and not only the parser. */
const { expr } = fc.letrec<{ expr: string; vector: string; scalar: string; range: string }>(tie => ({
  scalar: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom('0', '1', '-1', '0.5', 'Inf', 'NaN', '1e300', '0x1F', '5m', 'time()', 'pi()', '2', '1e9'),
    tie('vector').map(vector => `scalar(${vector})`),
  ),
  range: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.tuple(selector, duration, modifier).map(([each, window, after]) => `${each}[${window}]${after}`),
    fc
      .tuple(tie('vector'), duration, fc.oneof(fc.constant(''), duration), modifier)
      .map(([vector, window, step, after]) => `(${vector})[${window}:${step}]${after}`),
  ),
  vector: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 5 },
    fc.tuple(selector, modifier).map(parts => parts.join('')),
    fc.constantFrom('a', 'b_total', 'h_bucket', '{x=~".+"}', 'vector(1)', '{"a"}', '{"__proto__"}'),
    fc.constantFrom(...FUNCTIONS.keys()).chain(name => {
      const { args = [], variadic } = FUNCTIONS.get(name) ?? {}
      const types = variadic === true ? [...args, ...args.slice(-1)] : args
      const parts = types.map(type => {
        if (type === 'range vector') return tie('range')
        if (type === 'string') return quoted
        return type === 'scalar' ? tie('scalar') : tie('vector')
      })
      return fc.tuple(...parts).map(all => `${name}(${all.join(', ')})`)
    }),
    fc
      .tuple(
        tie('vector'),
        fc.constantFrom('+', '-', '*', '/', '%', '^', 'atan2', '==', '!=', '>', '<= bool', 'and', 'or', 'unless'),
        fc.constantFrom(
          '',
          '',
          'on (x)',
          'ignoring (le)',
          'on (x) group_left (y)',
          'on () group_right',
          'on (constructor)',
        ),
        tie('expr'),
      )
      .map(([left, operator, matching, right]) => `(${left}) ${operator} ${matching} (${right})`),
    fc
      .tuple(
        fc.constantFrom(
          'sum',
          'avg',
          'min',
          'max',
          'count',
          'group',
          'stddev',
          'stdvar',
          'topk',
          'bottomk',
          'quantile',
          'count_values',
        ),
        fc.tuple(fc.constantFrom('by', 'without'), fc.array(label, { maxLength: 2 })),
        tie('scalar'),
        tie('vector'),
        quoted,
      )
      .map(([name, [mode, labels], scalar, vector, string]) => {
        const grouping = `${mode} (${labels.join(', ')})`
        if (name === 'count_values') return `${name} ${grouping} (${string}, ${vector})`
        return `${name} ${grouping} (${['topk', 'bottomk', 'quantile'].includes(name) ? `${scalar}, ` : ''}${vector})`
      }),
    tie('vector').map(vector => `-(${vector})`),
  ),
  expr: fc.oneof(tie('vector'), tie('vector'), tie('scalar'), tie('range')),
}))

/** Well-formed expressions with a few characters taken out, put in or doubled. */
const mangled = fc
  .tuple(
    expr,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('', '(', ')', '{', '}', '[', ']', ':', '"', ',', '@', '-', '\\', '#', '`', '\0', 'by', '1'),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([source, edits]) => {
    let mangledSource = source
    for (const [place, piece] of edits) {
      const at = place % (mangledSource.length + 1)
      mangledSource = mangledSource.slice(0, at) + piece + mangledSource.slice(at + (piece === '' ? 1 : 0))
    }
    return mangledSource
  })

/** PromQL of every kind: good, nearly good and nonsense. */
export const anyExpression: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: expr, weight: 7 },
  { arbitrary: mangled, weight: 3 },
  { arbitrary: fc.string({ maxLength: 60, unit: 'binary' }), weight: 1 },
)
