import { expect, test } from 'vitest'
import { compile } from '../../src/index.ts'

/** What Prometheus's own parser says: https://github.com/prometheus/prometheus/blob/v3.8.0/promql/parser/parse_test.go */
const WORDING: readonly (readonly [source: string, error: string])[] = [
  ['# just a comment', '1:1: parse error: no expression found in input'],
  ['1+', '1:3: parse error: unexpected end of input'],
  ['.', "1:1: parse error: unexpected character: '.'"],
  ['2.5.', '1:1: parse error: bad number or duration syntax: "2.5."'],
  ['100..4', '1:1: parse error: bad number or duration syntax: "100.."'],
  ['0deadbeef', '1:1: parse error: bad number or duration syntax: "0de"'],
  ['*1', '1:1: parse error: unexpected <op:*>'],
  ['(1))', "1:4: parse error: unexpected right parenthesis ')'"],
  ['((1)', '1:5: parse error: unclosed left parenthesis'],
  ['1 !~ 1', "1:3: parse error: unexpected character after '!': '~'"],
  ['1 =~ 1', "1:3: parse error: unexpected character after '=': '~'"],
  ['1 2', '1:3: parse error: unexpected number "2"'],
  ['foo "x"', String.raw`1:5: parse error: unexpected string "\"x\""`],
  ['a - on(b) ignoring(c) d', '1:11: parse error: unexpected <ignoring>'],
  ['sum(some_metric) without (test) by (test)', '1:33: parse error: unexpected <by>'],
  ['foo{', '1:5: parse error: unexpected end of input inside braces'],
  ['foo}', "1:4: parse error: unexpected character: '}'"],
  ['foo{1}', "1:5: parse error: unexpected character inside braces: '1'"],
  ['foo{gibberish}', '1:14: parse error: unexpected "}" in label matching, expected label matching operator'],
  ['foo{__name__= =}', '1:15: parse error: unexpected "=" in label matching, expected string'],
  ['foo{,}', '1:5: parse error: unexpected "," in label matching, expected identifier or "}"'],
  ['foo{a="b" lol}', '1:11: parse error: unexpected identifier "lol" in label matching, expected "," or "}"'],
  ['sum without(==)(foo)', '1:13: parse error: unexpected <op:==> in grouping opts, expected label'],
  ['sum without(,)(foo)', '1:13: parse error: unexpected "," in grouping opts, expected label'],
  ['sum (foo) by test', '1:14: parse error: unexpected identifier "test" in grouping opts, expected "("'],
  ['topk(1, foo,)', '1:12: parse error: trailing commas not allowed in function call args'],
  ['foo[5mm]', '1:5: parse error: bad number or duration syntax: "5mm"'],
  ['foo[5m:1m1]', '1:8: parse error: bad number or duration syntax: "1m1"'],
  ['foo["5m"]', "1:5: parse error: unexpected character in duration expression: '\"'"],
  [
    'foo[]',
    '1:5: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()',
  ],
  ['foo offset', '1:11: parse error: unexpected end of input in offset, expected number, duration, step(), or range()'],
  ['foo @ bar', '1:7: parse error: unexpected identifier "bar" in @, expected timestamp'],
  ['rate(foo[5m', '1:12: parse error: unclosed left bracket'],
  ['foo{job=~"[a"}', '1:10: parse error: error parsing regexp: missing closing ]: `[a)$`'],
]

test.each(WORDING)('%j is refused in the words of Prometheus', (source, error) => {
  expect(() => compile(source)).toThrow(error)
})

test('a number no float can hold is refused, not read as infinite', () => {
  expect(() => compile('9'.repeat(400))).toThrow('1:1: parse error: error parsing number: value out of range')
})

test.each([
  'foo[min(step(), 5s)]',
  'foo offset STEP()',
  'foo[1+(STep()-5)*2]',
  'info(foo, {data=~".*"})',
  'foo{__type__="counter"}',
  'foo smoothed',
  'foo + fill(0) bar',
])('%s, behind a flag in Prometheus, is refused by name and not called wrong', source => {
  expect(() => compile(source, { experimental: true })).toThrow(/^1:\d+: not supported: /)
})

test('on() without labels is allowed between numbers, as it has no effect', () => {
  expect(compile('1 + on() 2').type).toBe('scalar')
})
