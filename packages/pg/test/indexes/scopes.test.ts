import { beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar, type Grammar } from '../../src/grammar.ts'
import { readRelation } from '../../src/indexes/catalog.ts'
import { usesOf } from '../../src/indexes/statement-uses.ts'
import type { TableUse } from '../../src/indexes/table-use.ts'
import { ExaminedDatabase } from './examined-database.ts'

const UNION = '(SELECT a FROM few UNION ALL SELECT a FROM fewer)'

describe('what a condition or an order reaches', () => {
  const db = new ExaminedDatabase(['task', 'few', 'fewer'].map(name => `CREATE TABLE ${name} (a int, b int, c int)`))
  let grammar: Grammar
  beforeAll(async () => {
    grammar = (await loadGrammar())!
  })

  /** What the statement asks of a table. */
  async function useOf(relation: string, text: string): Promise<TableUse> {
    const [statement] = grammar.statements(text)!
    const find = (schema: string | undefined, name: string) => readRelation(db.client, schema, name)
    const { uses } = await usesOf(statement!, [], grammar, find)
    return uses.find(({ table }) => table.relation === relation)!
  }
  const keys = ({ conditions }: TableUse) => conditions.flatMap(({ key }) => key?.sql ?? [])
  const order = ({ sort }: TableUse) => sort.map(({ key }) => key.sql)

  it('is the optional side of an outer join, for IS NULL in its ON', async () => {
    const join = 'SELECT FROM few LEFT JOIN task t ON t.a = few.a'
    expect(keys(await useOf('task', `${join} AND t.b IS NULL`))).toEqual(['a', 'b'])
    expect(keys(await useOf('task', `${join} WHERE t.b IS NULL`))).toEqual(['a'])
    expect(keys(await useOf('task', `${join} LEFT JOIN fewer f ON f.a = t.a AND t.b IS NULL`))).toEqual(['a'])
  })

  it('is a table beside a UNION once', async () => {
    const from = `FROM task t, ${UNION} x`
    expect(order(await useOf('task', `SELECT t.c ${from} ORDER BY t.a, t.b LIMIT 5`))).toEqual(['a', 'b'])
    expect(order(await useOf('task', `SELECT max(t.a) ${from}`))).toEqual(['a'])
    expect(order(await useOf('fewer', `SELECT * FROM ${UNION} x ORDER BY a LIMIT 5`))).toEqual(['a'])
  })

  it('is the column at the same place of each query of a UNION', async () => {
    const text = `SELECT FROM (SELECT count(*) AS n, a FROM few GROUP BY a UNION ALL SELECT a, count(*) FROM fewer GROUP BY a) x WHERE a = 7`
    expect(keys(await useOf('few', text))).toEqual(['a'])
    expect(keys(await useOf('fewer', text))).toEqual([])
    const unnamed = `SELECT FROM (SELECT 1, b, a FROM few UNION ALL SELECT b, a, 1 FROM fewer) x WHERE a = 7`
    expect(keys(await useOf('few', unnamed))).toEqual(['a'])
    expect(keys(await useOf('fewer', unnamed))).toEqual([])
  })

  it('is no other column of the name of one that a query computes', async () => {
    const inner = '(SELECT a AS k, count(*) AS b FROM few GROUP BY a) x'
    const { named } = await useOf('task', `SELECT a FROM task WHERE EXISTS (SELECT FROM ${inner} WHERE b = 7)`)
    expect([...named.keys()].map(({ name }) => name)).toEqual(['a'])
  })
})
