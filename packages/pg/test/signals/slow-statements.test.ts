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

  it('keeps copies of the last run and of a sample of those before it', () => {
    const statements = new SlowStatements(10)
    const values = [0]
    for (let n = 0; n < 1_000; n++) {
      values[0] = n
      statements.add(run('SELECT * FROM t WHERE a = $1', values), n)
    }
    const kept = statements.top(1)[0]!.bindValues.map(([value]) => Number(value))
    expect(kept).toHaveLength(8)
    expect(kept.at(-1)).toBe(999)
    // Not the last ones, and not the first.
    expect(kept.filter(value => value >= 992).length).toBeLessThan(4)
    expect(Math.min(...kept)).toBeGreaterThan(500)
  })

  it('has a value among the kept runs about as often as it is sent, whether it is bound or written', () => {
    for (const sent of [
      (value: number) => run('SELECT * FROM t WHERE a = $1', [value]),
      (value: number) => run(`SELECT * FROM t WHERE a = ${value}`),
    ]) {
      const statements = new SlowStatements(10)
      for (let n = 0; n < 30; n++) statements.add(sent(1), n)
      statements.add(sent(2), 30)
      const { text, bindValues, otherRuns = [] } = statements.top(1)[0]!
      const kept = [...otherRuns, ...bindValues.map(values => ({ text, values }))]
      const expected = (value: number) => ({ text: sent(value).text, values: sent(value).values ?? [] })
      expect(kept).toEqual([...Array.from({ length: 7 }, () => expected(1)), expected(2)])
    }
  })

  it('keeps no more of other texts than 32 kB', () => {
    const statements = new SlowStatements(10)
    for (let n = 0; n < 8; n++) statements.add(run(`SELECT * FROM t WHERE a = '${String(n).repeat(8_000)}'`), n)
    const [{ otherRuns = [] } = {} as never] = statements.top(1)
    expect(otherRuns.map(({ text }) => text.at(-2))).toEqual(['5', '6'])
    expect(statements.retained.bytes).toBeLessThan(60_000)
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
