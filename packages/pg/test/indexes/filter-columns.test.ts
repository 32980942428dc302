import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparedColumns, sortedColumn } from '../../src/indexes/filter-columns.ts'

const columns = (filter: string, alias = 'o') =>
  comparedColumns(filter, alias).map(({ name, comparison, cast }) => [name, comparison, ...(cast ? [cast] : [])])

describe('columns of a filter in a plan', () => {
  it.each([
    ['(o.customer_id = 42)', [['customer_id', 'equal']]],
    [
      "((o.customer_id = 42) AND ((o.status)::text = 'paid AND (x'::text))",
      [
        ['customer_id', 'equal'],
        ['status', 'equal', 'text'],
      ],
    ],
    [
      "((o.created_at >= '2026-01-01 00:00:00+00'::timestamp with time zone) AND (o.n < 3))",
      [
        ['created_at', 'range'],
        ['n', 'range'],
      ],
    ],
    ["(o.created_at > (now() - '1 day'::interval))", [['created_at', 'range']]],
    ["(o.status = ANY ('{a,b}'::text[]))", [['status', 'equal']]],
    ['(o."Customer ""Id""" = 1)', [['Customer "Id"', 'equal']]],
    ["(o.state = 'x'::public.state)", [['state', 'equal']]],
    ['(o.total = ((InitPlan 1).col1))', [['total', 'equal']]],
    ['(o.total = $0)', [['total', 'equal']]],
    ["((o.created_at)::date = '2026-01-01'::date)", [['created_at', 'equal', 'date']]],
  ])('%s', (filter, expected) => expect(columns(filter)).toEqual(expected))

  it.each([
    '((o.a = 1) OR (o.b = 2))',
    "(lower(o.email) = 'x'::text)",
    '(o.a = o.b)',
    "(o.name ~~ '%x%'::text)",
    '(o.a <> 3)',
    '(o.deleted_at IS NULL)',
    '(NOT o.active)',
    'o.active',
    '(x.a = 1)',
    '(o.a = random())',
    '(o.a = ALL (ARRAY[1, 2]))',
    '((o.a + 1) = 2)',
    '(hashed SubPlan 1)',
    "((o.data ->> 'a'::text) = 'b'::text)",
    '(',
    '',
  ])('gives up on %s', filter => expect(columns(filter)).toEqual([]))

  it('keeps what it understands beside what it does not', () => {
    expect(columns("((o.a = 1) AND ((o.b = 2) OR (o.c = 3)) AND (lower(o.d) = 'x'::text) AND (o.e > 4))")).toEqual([
      ['a', 'equal'],
      ['e', 'range'],
    ])
  })

  it('never throws', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      'o',
      '.',
      'a',
      '=',
      'AND',
      'OR',
      '::',
      "'x'",
      '"q"',
      '1',
      '<',
      'ANY',
      ' ',
      '$1',
    )
    fc.assert(
      fc.property(fc.array(piece), pieces => void comparedColumns(pieces.join(' '), 'o')),
      { numRuns: 2_000 },
    )
  })
})

describe('the column of a sort key', () => {
  it.each([
    ['o.created_at DESC', 'created_at'],
    ['o.created_at DESC NULLS LAST', 'created_at'],
    ['o."Id"', 'Id'],
    ['(lower(o.name))', undefined],
    ['(count(*)) DESC', undefined],
    ['x.created_at', undefined],
  ])('%s', (key, column) => expect(sortedColumn(key, 'o')).toBe(column))
})
