import { expect, test } from 'vitest'
import { compileRegexp } from '../../src/regexp/pattern.ts'

test.each([
  ['pro.*', 'production', true],
  ['pro', 'production', false],
  ['a|b', 'b', true],
  ['a|b', 'ab', false],
  ['(?i:PRO).*', 'production', true],
  ['.*((?i)DUC).*', 'production', true],
  ['((?i)a)b', 'AB', false],
  ['a.b', 'a\nb', true],
  [String.raw`\d{2,}`, '123', true],
  ['[[:alpha:]_]+', 'ab_c', true],
  ['(?P<x>a)+', 'aaa', true],
  [String.raw`\Qa.b\E+`, 'a.bbb', true],
  [String.raw`\Qa.b\E+`, 'axb', false],
  ['[^a-c]', 'd', true],
  ['[]a]', ']', true],
  ['a{,2}', 'a{,2}', true],
  [String.raw`\p{Greek}`, 'α', true],
  ['(?i)[a-c]', 'B', true],
  ['x*?', 'xxx', true],
  ['^a$', 'a', true],
  ['', '', true],
  ['a-b/c', 'a-b/c', true],
  ['a|b|', '', true],
  ['|b', 'b', true],
  ['|b', '', true],
  ['||b', 'b', true],
  ['|', 'a', false],
  [String.raw`|\.`, '.', true],
  ['a||b', 'c', false],
  ['a.*', 'ab\n', true],
  ['a.+', 'a', false],
  ['a.+', 'a😀', true],
  ['.*a', 'ba', true],
  ['.+a', 'a', false],
  ['.+a.+', 'aab', true],
  ['.+a.*', 'ab', false],
  ['.+.+', '😀', false],
  ['.+.+', '😀😀', true],
  ['.*', '', true],
  ['.+', '', false],
  [String.raw`a\.b|c\|d`, 'c|d', true],
  [String.raw`a\.b|c\|d`, 'axb', false],
  [String.raw`a\.b.*`, 'a.bc', true],
  [String.raw`a\.b.*`, 'axbc', false],
  ['[a[:]', ':', true],
  ['(?i)k', '\u212A', true],
  ['(?i)[r-t]', '\u017F', true],
])('%j matches %j: %s', (pattern, text, matches) => {
  expect(compileRegexp(pattern).test(text)).toBe(matches)
})

test.each(['(?<!a)b', String.raw`(a)\1`, '(', ')', '[a', 'a**', String.raw`\y`])('%j is refused', pattern => {
  expect(() => compileRegexp(pattern)).toThrow(/error parsing regexp/)
})
