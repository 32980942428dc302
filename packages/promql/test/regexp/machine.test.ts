import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileRegexp } from '../../src/regexp/pattern.ts'

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

test('a pattern that would need a huge machine is refused', () => {
  expect(() => compileRegexp('((a{0,100}){0,100}){0,100}')).toThrow(/expression too large/)
  expect(() => compileRegexp('a{1001}')).toThrow(/invalid repeat count/)
  expect(() => compileRegexp('('.repeat(1000))).toThrow(/nests too deeply/)
})

test('groups are numbered and named as in RE2, and characters are code points', () => {
  const pattern = compileRegexp('(?P<first>.)(?<second>b)?(c)')
  expect(pattern.groupNames).toEqual([undefined, 'first', 'second', undefined])
  expect(pattern.match('\u{1F600}c')).toEqual(['\u{1F600}c', '\u{1F600}', undefined, 'c'])
  expect(pattern.match('c')).toBeUndefined()
})
