import fc from 'fast-check'
import { RE2JS } from 're2js'
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
  ['4..', '404', true],
  ['4..', '4\n4', true],
  ['4..', '40', false],
  ['4..', '4040', false],
  ['4..', '4😀4', true],
  ['5..|429', '429', true],
  ['5..|429', '5290', false],
  [String.raw`a\..|/.\|`, 'a.x', true],
  [String.raw`a\..|/.\|`, 'axx', false],
  [String.raw`a\..|/.\|`, '/x|', true],
  ['|.', '', true],
  ['(?i)k', '\u212A', true],
  ['(?i)[r-t]', '\u017F', true],
])('%j matches %j: %s', (pattern, text, matches) => {
  expect(compileRegexp(pattern).test(text)).toBe(matches)
})

test.each(['(?<!a)b', String.raw`(a)\1`, '(', ')', '[a', 'a**', String.raw`\y`])('%j is refused', pattern => {
  expect(() => compileRegexp(pattern)).toThrow(/error parsing regexp/)
})

test('alternatives with dots match what the automaton matches', () => {
  const part = fc.constantFrom(
    '.',
    'a',
    '4',
    '-',
    '/',
    '|',
    '😀',
    String.raw`\.`,
    String.raw`\|`,
    String.raw`\\`,
    '\ud83d',
  )
  const pattern = fc.array(part, { minLength: 1, maxLength: 8 }).map(parts => parts.join(''))
  const text = fc.string({
    unit: fc.constantFrom('a', '4', '.', '|', '\\', '-', '/', '\n', '😀', '\ud83d'),
    maxLength: 6,
  })
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const automaton = RE2JS.compile(source, RE2JS.DOTALL)
      expect(compileRegexp(source).test(subject)).toBe(automaton.testExact(subject))
    }),
    { numRuns: 20_000 },
  )
})
