import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Origin } from '../../src/signals/origin.ts'
import { SlowStatements } from '../../src/signals/slow-statements.ts'

const origin: Origin = {
  address: 'db:5432/shop',
  Client: undefined,
  connectionOptions: () => ({ password: 'hunter2' }),
}
const run = (text: string, values?: unknown[], durationMs = 300) => ({
  text,
  values,
  durationMs,
  origin,
  summary: 'SELECT t',
})

describe('slow statements in memory', () => {
  it('gathers runs that differ in values only', () => {
    const statements = new SlowStatements(10)
    statements.add(run('SELECT * FROM t WHERE a = $1', ['x'], 300), 1)
    statements.add(run('SELECT * FROM t WHERE a = $1', ['y'], 500), 2)
    expect(statements.top(5)).toMatchObject([
      { count: 2, totalMs: 800, maxMs: 500, lastSeen: 2, bindValues: [['x'], ['y']] },
    ])
  })

  it('keeps the last 8 value sets, copied, and only those that belong to the text it keeps', () => {
    const statements = new SlowStatements(10)
    const values = [0]
    for (let n = 0; n < 12; n++) {
      values[0] = n
      statements.add(run('SELECT * FROM t WHERE a = $1', values), n)
    }
    expect(statements.top(1)[0]?.bindValues).toEqual([4, 5, 6, 7, 8, 9, 10, 11].map(n => [n]))
    statements.add(run('select * from t where a = 7'), 13)
    expect(statements.top(1)[0]).toMatchObject({ text: 'select * from t where a = 7', bindValues: [[]], count: 13 })
  })

  it('counts but does not keep values that are large or hold on to objects', () => {
    const statements = new SlowStatements(10)
    for (const value of ['x'.repeat(5_000), Buffer.alloc(5_000), new URL('http://a'), Array(300).fill(1), () => 1])
      statements.add(run('SELECT $1', [value]), 1)
    expect(statements.top(1)[0]).toMatchObject({ count: 5, bindValues: [] })
  })

  it('makes room by dropping what cost least, and ranks by time in total', () => {
    const statements = new SlowStatements(2)
    statements.add(run('SELECT a FROM t', undefined, 900), 1)
    statements.add(run('SELECT b FROM t', undefined, 250), 2)
    statements.add(run('SELECT c FROM t', undefined, 500), 3)
    expect(statements.top(5).map(({ text }) => text)).toEqual(['SELECT a FROM t', 'SELECT c FROM t'])
    expect(statements.top(5, 2).map(({ text }) => text)).toEqual(['SELECT c FROM t'])
  })

  it('shows nothing of it in JSON or in a console', () => {
    const statements = new SlowStatements(2)
    statements.add(run("SELECT 'hunter2'", ['hunter2']), 1)
    expect(JSON.stringify(statements) + inspect(statements, { depth: 9, showHidden: true })).not.toContain('hunter2')
  })
})
