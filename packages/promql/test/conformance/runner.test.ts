import { describe, expect, test } from 'vitest'
import { runScript } from './runner.ts'

const LOADED = 'load 5m\n  foo{a="x"} 0+1x10\n\n'

/** Verdict and reason of the only case. */
function verdictOf(script: string): string {
  const [outcome, ...more] = runScript(LOADED + script)
  expect(more).toEqual([])
  return `${outcome?.verdict}: ${outcome?.reason}`
}

test.each([
  ['a value', 'eval instant at 50m foo\n  foo{a="x"} 10'],
  ['a comment between the lines of two commands', 'eval instant at 50m foo\n  foo{a="x"} 10\n# and so on\nclear'],
  ['a range', 'eval range from 0 to 10m step 5m foo\n  foo{a="x"} 0 1 2'],
  ['a hexadecimal scalar', 'eval instant at 0 16\n  0x10'],
  ['a range vector', 'eval instant at 10m foo[10m]\n  expect range vector from 5m to 10m step 5m\n  foo{a="x"} 1 2'],
  ['the exact message of a failure', 'eval instant at 0 topk(NaN, foo)\n  expect fail msg: Parameter value is NaN'],
])('passes on %s', (_, script) => {
  expect(verdictOf(script)).toBe('passed: ')
})

describe('a script that Prometheus would not take is never a pass', () => {
  test.each([
    ['a command nobody knows', 'evil instant at 0 foo'],
    ['an evaluation without an expression', 'eval_fail instant at 5m'],
    ['an evaluation without a time', 'eval instant foo'],
    ['a time nobody knows', 'eval instant at 5q foo'],
    ['a range backwards', 'eval range from 5m to 1m step 1m foo'],
    ['a range without steps', 'eval range from 0 to 1m step 0 foo'],
    ['half an expectation', 'eval instant at 0 foo\n  expect'],
    ['an expectation nobody knows', 'eval instant at 0 foo\n  expect nothing'],
    ['an expected series without a value', 'eval instant at 0 foo\n  foo{a="x"}'],
    ['two values at one instant', 'eval instant at 0 foo\n  foo{a="x"} 0 1'],
    ['labels that end nowhere', 'eval instant at 0 foo\n  foo{a="x" 0'],
    ['a value that is none', 'eval instant at 0 foo\n  foo{a="x"} 1..2'],
    ['a histogram that ends nowhere', 'eval instant at 0 foo\n  foo{a="x"} {{schema:0'],
    ['a scalar expected of a range query', 'eval range from 0 to 5m step 5m absent_metric\n  5'],
    ['more lines after a scalar', 'eval instant at 0 1\n  1\n  foo{a="x"} 0'],
    ['a warning both wanted and not', 'eval instant at 0 foo\n  expect warn\n  expect no_warn\n  foo{a="x"} 0'],
    ['two failures', 'eval instant at 0 foo\n  expect fail\n  expect fail msg: x'],
    ['a pattern that is none', 'eval instant at 0 foo\n  expect fail regex: ('],
    ['a load of something else', 'load_with_magic 5m\n  bar 1'],
    ['points nobody knows', 'load 5m\n  bar 1*3\n\neval instant at 0 foo\n  foo{a="x"} 0'],
    ['a comment in the middle of what is expected', 'eval instant at 0 foo\n# which is\n  foo{a="x"} 0'],
  ])('%s: an error with the line', (_, script) => {
    expect(() => runScript(LOADED + script)).toThrow(/^line \d+: /)
  })

  test.each([
    ['an expression that does not parse, also where a failure is expected', 'eval_fail instant at 0 foo{{'],
    ['a wrong value', 'eval instant at 50m foo\n  foo{a="x"} 11'],
    ['2-41: infinity where a number is', 'eval instant at 50m foo\n  foo{a="x"} Inf'],
    ['2-41: a number where infinity is', 'eval instant at 50m foo / 0\n  {a="x"} 10'],
    ['2-41: infinity of the other sign', 'eval instant at 50m foo / 0\n  {a="x"} -Inf'],
    ['a value that was not expected', 'eval instant at 50m foo'],
    ['a series that is not there', 'eval instant at 50m nothing\n  foo{a="x"} 10'],
    ['nothing but gaps expected of a series that is not there', 'eval range from 0 to 5m step 5m nothing\n  {} _ _'],
    ['a failure that does not come', 'eval instant at 0 foo\n  expect fail'],
    ['part of the message of a failure', 'eval instant at 0 topk(NaN, foo)\n  expect fail msg: Parameter value'],
    ['a warning that does not come', 'eval instant at 0 foo\n  expect warn\n  foo{a="x"} 0'],
    ['one more point than there are steps', 'eval range from 0 to 5m step 5m foo\n  foo{a="x"} 0 1 2'],
    [
      'a warning other than the expected one',
      'eval instant at 0 quantile(2, foo)\n  expect warn msg: PromQL warning: x\n  {} +Inf',
    ],
  ])('%s: failed', (_, script) => {
    expect(verdictOf(script)).toMatch(/^failed: ./)
  })
})

test.each([
  ['eval instant at 0 limitk(1, foo)', 'skipped: not supported: aggregation limitk'],
  ['load 5m\n  h {{schema:0 count:1 sum:1}}\n\neval instant at 0 h\n  h 1', 'skipped: native histograms selected'],
  ['eval instant at 0 foo\n  foo{a="x"} {{schema:0}}', 'skipped: native histogram expected'],
  ['load 5m\n  s@st -1m\n  s 1\n\neval instant at 0 s\n  s 1', 'skipped: start timestamps selected'],
  ['load 5m\n  @st -1m\n  s 1\n\neval instant at 0 s\n  s 1', 'skipped: start timestamps selected'],
  ['load 5m\n  s{__type__="counter"} 1\n\neval instant at 0 s\n  s 1', 'skipped: type and unit labels selected'],
])('%j is skipped with its reason', (script, verdict) => {
  expect(verdictOf(script)).toBe(verdict)
})
