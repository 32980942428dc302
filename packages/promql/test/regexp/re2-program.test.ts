import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRandom } from '@homeostat/signals/random'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, createStore } from '../../src/index.ts'
import { compileRegexp } from '../../src/regexp/pattern.ts'
import { expandReplacement } from '../../src/regexp/replacement.ts'

/** Patterns whose meaning JavaScript shares. */
const { pattern } = fc.letrec<{ pattern: string; atom: string }>(tie => ({
  atom: fc.oneof(
    { maxDepth: 1 },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', String.raw`\d`, '1'),
    tie('pattern').map(inner => `(${inner})`),
    tie('pattern').map(inner => `(?:${inner})`),
  ),
  pattern: fc
    .array(
      fc
        .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '*?', '+?', '??')), {
          maxLength: 3,
        })
        .map(parts => parts.map(part => part.join('')).join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map(options => options.join('|')),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '\n'), maxLength: 8 })

test('a pattern matches what the same JavaScript pattern matches, and takes the same groups', () => {
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const ours = compileRegexp(source)
      const theirs = new RegExp(`^(?:${source})$`, 'su').exec(subject)
      expect(ours.test(subject)).toBe(theirs !== null)
      // Groups inside repeated groups are kept from the last round here, as in RE2, and reset in JavaScript.
      if (theirs !== null && !/[*+?}]/.test(source)) expect(ours.match(subject)).toEqual([...theirs])
    }),
    { numRuns: 1000 },
  )
})

test.each(['(a*)*b', '(a|aa)+$', '(a|a?)+b', '(.*)(.*)(.*)(.*)(.*)x', '(a?){200}a{200}', '((a+)+)+y'])(
  '%s takes no time over a long text it does not match',
  source => {
    const subject = 'a'.repeat(5000)
    const startedMs = performance.now()
    expect(compileRegexp(source).test(`${subject}!`)).toBe(false)
    // A backtracking engine would need years; the bound is generous for a machine under load.
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  },
)

test.each([
  ['((a{0,100}){0,100}){0,100}', 'invalid repeat count: `{0,100}`'],
  ['(a{1000}){1000}', 'invalid repeat count: `{1000}`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['a{99999999}', 'invalid repeat count: `{99999999}`'],
  ['a{1000}'.repeat(100) + '(a{2}){501}', 'invalid repeat count: `{501}`'],
])('%s is refused as in Go: %s', (pattern, words) => {
  expect(() => compileRegexp(pattern)).toThrow(`error parsing regexp: ${words}`)
})

test.each([
  ['repetitions that follow each other', 'a{1000}'.repeat(1390), /expression too large/],
  [
    'repetitions after one that Go refuses otherwise',
    '((a{1000}){0}){20}' + 'b{1000}'.repeat(1000),
    /invalid repeat count/,
  ],
  ['repetitions of a group', '(a{9}b{9}){40}'.repeat(20), /expression too large/],
  ['a long text of classes', '[[:'.repeat(20_000), /expression too large/],
  ['deep nesting', `${'('.repeat(2000)}a${')'.repeat(2000)}`, /expression nests too deeply/],
  ['deeper nesting', `${'('.repeat(30_000)}a${')'.repeat(30_000)}`, /expression too large/],
])('%s would need too much memory and is refused before it takes any', (_what, pattern, problem) => {
  expect(() => compileRegexp(pattern)).toThrow(problem)
})

test('a pattern with too many groups can be matched, and its groups cannot be taken', () => {
  const pattern = compileRegexp('(a?)'.repeat(1000))
  expect(pattern.test('a'.repeat(1000))).toBe(true)
  expect(() => pattern.checkGroups()).toThrow(/expression too large/)
  const expression = compile(`label_replace(x, "d", "$1", "s", "${'(a?)'.repeat(1000)}")`)
  expect(() => expression.evaluate(createStore(), 0)).toThrow(/invalid regular expression in label_replace/)
})

test('the states of an automaton stay below a bound, whatever text it reads', () => {
  const next = createRandom(1)
  const random = Array.from({ length: 30_000 }, () => (next() < 0.5 ? 'a' : 'b')).join('')
  const before = heapBytes()
  const patterns = Array.from({ length: 10 }, (_, i) => compileRegexp(`.*a.{15}|x{${i + 1}}`))
  for (const pattern of patterns) pattern.test(random)
  expect((heapBytes() - before) / patterns.length).toBeLessThan(6_000_000)
  expect(patterns.every(pattern => pattern.test(`${random}a${'b'.repeat(15)}`))).toBe(true)
})

/** The heap in use after a garbage collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test('groups are numbered and named as in RE2, and characters are code points', () => {
  const pattern = compileRegexp('(?P<first>.)(?<second>b)?(c)')
  expect(pattern.groupNames).toEqual([undefined, 'first', 'second', undefined])
  expect(pattern.match('\u{1F600}c')).toEqual(['\u{1F600}c', '\u{1F600}', undefined, 'c'])
  expect(pattern.match('c')).toBeUndefined()
})

test('groups of the same name are allowed, and the first that matched counts', () => {
  const pattern = compileRegexp('(?P<x>a)|(?P<x>b)|(?P<__proto__>c)')
  expect(pattern.groupNames).toEqual([undefined, 'x', 'x', '__proto__'])
  const expanded = (text: string): string =>
    expandReplacement('$x${__proto__}', pattern.match(text) ?? [], pattern.groupNames)
  expect(['a', 'b', 'c'].map(expanded)).toEqual(['a', 'b', 'c'])
  expect(() => compileRegexp('(?<x>a)(')).toThrow('missing closing ): `^(?s:(?<x>a)()$`')
  expect(() => compileRegexp('[[:]a[[:alpha:]')).toThrow('invalid character class range: `[:]a[[:alpha:]`')
  expect(() => compileRegexp('(?P<x>a))(?P<x>b)')).toThrow('unexpected ): `^(?s:(?P<x>a))(?P<x>b))$`')
  expect(() => compileRegexp('(?P<x>a)(?P<x>b)[')).toThrow('missing closing ]: `[)$`')
  expect(() => compileRegexp('(?P<x>a)(?P<x>b)(?P<y>\\8')).toThrow('invalid escape sequence: `\\8`')
})
