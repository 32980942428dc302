import pg from 'pg'
import { expect, it } from 'vitest'
import { withLimit } from '../../../src/replicas/pool/calling-forms.ts'

it('what is left of a time limit goes with the statement, and changes nothing of it', () => {
  const config = { text: 'SELECT $1::int', values: [7], name: 'seven', rowMode: 'array' as const, query_timeout: 700 }
  const before = structuredClone(config)
  for (const [given, text] of [
    ['SELECT 1', 'SELECT 1'],
    [config, config.text],
  ] as const) {
    const limited = withLimit(given, 250) as pg.QueryConfig & { query_timeout: number }
    expect(limited.query_timeout).toBe(250)
    // As the driver reads it.
    const query = new pg.Query(limited) as unknown as Record<string, unknown>
    expect(query).toMatchObject(given === config ? { text, name: 'seven', values: [7], _rowMode: 'array' } : { text })
  }
  expect(config).toEqual(before)
  expect(withLimit(config, undefined)).toBe(config)
})
