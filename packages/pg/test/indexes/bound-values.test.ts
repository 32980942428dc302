import { describe, expect, it } from 'vitest'
import { truthOf } from '../../src/indexes/bound-values.ts'

/** `$1 = $2` */
const EQUAL = {
  A_Expr: {
    kind: 'AEXPR_OP',
    name: [{ String: { sval: '=' } }],
    lexpr: { ParamRef: { number: 1 } },
    rexpr: { ParamRef: { number: 2 } },
  },
}

describe('a comparison of two values that are bound', () => {
  it.each([
    ['all', 'all', true],
    ['open', 'all', false],
    ['open', '', false],
    ['2026-01-01', '', false],
    [2, 1, false],
    [true, false, false],
  ])('of %s and %s is decided', (left, right, expected) => expect(truthOf(EQUAL, [left, right])).toBe(expected))

  it.each([
    ['1', '1.0'],
    ['01', '1'],
    ['1e2', '100'],
    ['t', 'true'],
    ['1', 'true'],
    ['All', 'all'],
    ['  ', ''],
    [String.raw`\x`, ''],
    ['2026-01-01', '20260101'],
    ['20260101', '260101'],
    ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['inf', 'Infinity'],
    ['1 day', '24 hours'],
  ])('of %s and %s is not: they may be two spellings of one value', (left, right) =>
    expect(truthOf(EQUAL, [left, right])).toBeUndefined(),
  )
})
