import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileSearch } from '../../src/regexp/pattern.ts'

test.each([
  ['(a)(b)', '$2-$1', 'ab cab', 'b-a cb-a'],
  ['^a', 'x', 'aaa', 'xaa'],
  ['a$', 'x', 'aaa', 'aax'],
  ['b*', '-', 'abc', '-a-c-'],
  ['', '-', 'ab', '-a-b-'],
  ['a|ab', 'x', 'abab', 'xbxb'],
  ['a+?', 'x', 'aaa', 'xxx'],
  ['(?P<host>[^:]+):.*', '${host}', 'h1:80', 'h1'],
  [String.raw`\bcat\b`, 'dog', 'cat concat cat', 'dog concat dog'],
  ['.', 'x', 'a😀\nb', 'xx\nx'],
  ['(x)?y', '[$1]', 'xy y', '[x] []'],
])('%j by %j in %j gives %j, as Go says', (pattern, replacement, text, expected) => {
  expect(compileSearch(pattern).replaceAll(text, replacement)).toBe(expected)
})

test('finds and replaces what a backtracking engine does', () => {
  const part = fc.constantFrom('a', 'b', 'c', '.', 'a*', 'b+', 'a?', '(a|bc)', '[ab]', '(?:b|cc)*', '^', '$', 'b*?')
  const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map(parts => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })
  fc.assert(
    fc.property(pattern, text, (source, input) => {
      const search = compileSearch(source)
      expect(search.test(input)).toBe(new RegExp(source).test(input))
      const first = new RegExp(source).exec(input)
      // JavaScript also replaces an empty match right after another one, Go does not; the first is the same.
      if (first !== null && first[0] !== '') {
        const replaced = search.replaceAll(input, '<>')
        expect(replaced.startsWith(`${input.slice(0, first.index)}<>`)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})
