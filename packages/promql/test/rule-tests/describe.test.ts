import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeRuleTests, glob, parseRuleTestFile, parseSeriesValues, ruleTestCases } from '../../src/rule-tests.ts'

const folder = import.meta.dirname

// As a user writes it: one line makes tests of rule test files.
describeRuleTests([join(folder, 'keep-firing-for.test.yml'), join(folder, 'many-to-one.test.yml')], { describe, test })

test('a rule test that fails throws what was expected and what came, below each other', () => {
  const found = new Map<string, () => void>()
  describeRuleTests([join(folder, 'sample-wrong-value.test.yml')], {
    describe: (_name, run) => run(),
    test: (name, run) => found.set(name, run),
  })
  expect([...found.keys()]).toEqual(['a queue that stays full'])
  expect(found.get('a queue that stays full')).toThrow(
    /exp: .*queue="mail"\} 5E\+02\n +got: .*queue="mail"\} 5\.01E\+02/,
  )
})

test('a file that cannot be read is one test that fails', () => {
  const [only] = ruleTestCases('/nonexistent/x.yml').cases
  expect(only?.name).toBe('/nonexistent/x.yml')
  expect(only?.run()[0]?.message).toMatch(/ENOENT/)
})

test.each([
  ['1 2 _ stale', [1, 2, undefined, 'stale']],
  ['1+2x3', [1, 3, 5, 7]],
  ['-1-1x2', [-1, -2, -3]],
  ['1x2 _x2', [1, 1, 1, undefined, undefined]],
  ['1e3 +Inf -Inf NaN .5', [1000, Infinity, -Infinity, NaN, 0.5]],
  ['0x3', [0, 0, 0, 0]],
  ['', []],
])('the series values %j are %j', (text, points) => {
  expect(parseSeriesValues(text)).toEqual(points)
})

test.each([
  ['1+2', 'unexpected "1+2" in series values'],
  ['one', 'unexpected "one" in series values'],
  ['{{schema:1}}', 'not supported: native histograms'],
  ['1x99999999', 'more than 1000000 samples in one series'],
])('the series values %j are refused', (text, reason) => {
  expect(() => parseSeriesValues(text)).toThrow(reason)
})

test('patterns match names in a folder as in Go, and a path is itself', () => {
  const names = (pattern: string): string[] => glob(join(folder, pattern)).map(path => path.slice(folder.length + 1))
  expect(names('rules/s*[dr].yml')).toEqual(['rules/scalar.yml', 'rules/second.yml'])
  expect(names('r*/f?rst.yml')).toEqual(['rules/first.yml'])
  expect(names('rules/first.yml')).toEqual(['rules/first.yml'])
  expect(names('rules/none.yml')).toEqual([])
  expect(names('[')).toEqual([])
})

test('tests of another kind in a file are an error, unless they are to be passed over', () => {
  const text = 'tests: [{ name: a }, { name: ours, scenario: { plant: {} } }, {}]'
  const titles = parseRuleTestFile(text, { file: 'f', passOver: 'scenario' }).content.tests.map(({ title }) => title)
  // The places in the file count, so that names stay the same whoever reads it.
  expect(titles).toEqual(['a', 'unnamed#2'])
  expect(parseRuleTestFile(text, { file: 'f', passOver: 'scenario' }).errors).toEqual([])
  expect(parseRuleTestFile(text, { file: 'f' }).errors[0]?.message).toMatch(/^f:1:36: field "scenario" not found/)
})
