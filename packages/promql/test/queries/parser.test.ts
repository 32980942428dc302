import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, SyntaxProblem, UnsupportedFeature } from '../../src/index.ts'

function problem(expr: string): string {
  try {
    compile(expr)
  } catch (error) {
    if (error instanceof SyntaxProblem || error instanceof UnsupportedFeature) return error.message
    throw error
  }
  return 'no error'
}

test.each([
  ['', '1:1: parse error: no expression found in input'],
  ['sum(', '1:5: parse error: unclosed left parenthesis'],
  ['foo bar', '1:5: parse error: unexpected identifier "bar"'],
  ['foo(x)', '1:1: parse error: unknown function with name "foo"'],
  ['{a="b', '1:4: parse error: unterminated quoted string'],
  ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['a{__name__="b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
  ['rate(foo)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
  ['rate(foo[5m], 1)', '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
  ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['1 and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ['foo + bool bar', '1:5: parse error: bool modifier can only be used on comparison operators'],
  ['sum(foo, bar)', '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2'],
  [
    'rate(foo[5m]) offset 1m',
    '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
  ],
  ['(foo + bar)[5m]', '1:12: parse error: ranges only allowed for vector selectors'],
  [
    'a\n  + sum(\n  b[5m])',
    '3:3: parse error: expected type instant vector in aggregation expression, got range vector',
  ],
])('%j is refused with %j', (expr, message) => {
  expect(problem(expr)).toBe(message)
})

test('a pattern that RE2 does not know is refused at load', () => {
  expect(problem('foo{a=~"(?=x)"}')).toMatch(
    /^1:8: parse error: error parsing regexp: invalid or unsupported Perl syntax/,
  )
  expect(problem('foo{a=~"("}')).toMatch(/missing closing \)/)
})

test.each([
  [
    'mad_over_time(foo[5m])',
    '1:1: not supported: function "mad_over_time" is not enabled (experimental in Prometheus)',
  ],
  ['info(foo)', '1:1: not supported: function info()'],
  ['histogram_stddev(foo)', '1:1: not supported: function histogram_stddev()'],
  ['limitk(1, foo)', '1:1: not supported: aggregation limitk'],
  ['rate(foo[5m] smoothed)', '1:6: not supported: smoothed range modifier'],
  ['foo + fill(0) bar', '1:7: not supported: fill modifier'],
  ['foo[5m * 2]', '1:5: not supported: duration expression'],
])('%j is refused by name', (expr, message) => {
  expect(problem(expr)).toBe(message)
})

test('an expression knows what it reads and how far back', () => {
  const expression = compile('rate(a_total{x="1"}[5m] offset 1m) / b')
  expect(expression.maxRangeMs).toBe(360_000)
  expect(expression.selectors.map(selector => [selector.matches[0]?.value, selector.windowMs])).toEqual([
    ['a_total', 360_000],
    ['b', 0],
  ])
})

test('offset belongs to the selector before it, and ^ binds tighter than a sign', () => {
  expect(compile('a + b offset 5m * c').ast).toMatchObject({
    operator: '+',
    right: { operator: '*', left: { offsetMs: 300_000 } },
  })
  expect(compile('-2^2').ast).toMatchObject({ kind: 'unary', operand: { operator: '^' } })
  expect(compile('a or b offset 5m').ast).toMatchObject({ operator: 'or', right: { offsetMs: 300_000 } })
  expect(compile('foo offset -5m').ast).toMatchObject({ offsetMs: -300_000 })
})

test('any text is either an expression or one clear error', () => {
  const word = fc.constantFrom(
    'sum',
    'by',
    '(',
    ')',
    'foo',
    '{',
    '}',
    'a="b"',
    '[5m]',
    '[5m:]',
    '+',
    '-',
    '^',
    'offset',
    '1',
    '1.',
    '"',
    "'x'",
    'bool',
    'on',
    ',',
    'rate',
    'and',
    '@',
    '#',
    '\n',
    '0x1f',
    'Inf',
    '=~',
    '__proto__',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 15 }).map(words => words.join(' ')),
      ),
      text => {
        problem(text)
      },
    ),
    { numRuns: 3000 },
  )
})
