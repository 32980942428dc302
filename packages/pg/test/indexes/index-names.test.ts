import { describe, expect, it } from 'vitest'
import type { Table } from '../../src/indexes/catalog.ts'
import { indexName, type IndexDefinition } from '../../src/indexes/index-definition.ts'
import { freeNames } from '../../src/indexes/index-names.ts'
import type { Key } from '../../src/indexes/table-use.ts'

const index = (relation: string, ...columns: readonly string[]): IndexDefinition => ({
  table: { relation, schema: 'public', name: `public.${relation}` } as Table,
  method: 'btree',
  keys: columns.map(name => ({
    order: '',
    key: { sql: name, column: { name }, columns: [{ name }] } as unknown as Key,
  })),
})

describe('the name of an index', () => {
  it('shows the table and the columns', () => {
    expect(indexName(index('orders', 'customer_id', 'made_at'))).toBe('homeostat_orders__customer_id__made_at_idx')
  })

  it.each([
    [index('user', 'role_id'), index('user_role', 'id')],
    [index('a', 'b_c'), index('a', 'b', 'c')],
    [index('a_', 'b'), index('a', '_b')],
    [index('a__b', 'c'), index('a', 'b__c')],
    [index('A', 'b'), index('a', 'b')],
  ])('differs from that of another one', (one, other) => {
    expect(indexName(one)).not.toBe(indexName(other))
  })

  it('gets a number where it is taken, which makes it the name of no other one', async () => {
    const server = { query: () => Promise.resolve([{ name: 'homeostat_a__b_idx' }]) }
    const names = await freeNames(server, [index('a', 'b'), index('a', 'b_2')])
    expect(names).toEqual(['homeostat_a__b__2_idx', 'homeostat_a__b_2_idx'])
  })
})
