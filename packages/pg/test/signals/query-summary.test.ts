import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarize } from '../../src/signals/query-summary.ts'
import { fingerprint } from '../../src/signals/statement-fingerprint.ts'

describe('the summary of a statement', () => {
  it.each([
    ['SELECT * FROM orders', 'SELECT orders'],
    [
      'select o.id from shop.orders as o join "Order Lines" l using (id), users u where u.a = 1',
      'SELECT shop.orders "Order Lines" users',
    ],
    ['SELECT * FROM songs WHERE artist_id IN (SELECT id FROM artists)', 'SELECT songs SELECT artists'],
    [
      'INSERT INTO shipping_details (a, b) SELECT order_id, address FROM orders',
      'INSERT shipping_details SELECT orders',
    ],
    ['INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 1 RETURNING a', 'INSERT t'],
    ['UPDATE ONLY accounts a SET n = n + 1 FROM users u WHERE u.id = a.id', 'UPDATE accounts users'],
    ['DELETE FROM a USING b WHERE a.id = b.id', 'DELETE a b'],
    [
      'MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET x = 1 WHEN NOT MATCHED THEN INSERT VALUES (1)',
      'MERGE t s',
    ],
    [
      'WITH recent AS (SELECT * FROM orders), x (a) AS MATERIALIZED (DELETE FROM b RETURNING a) SELECT * FROM recent, x',
      'SELECT orders DELETE b SELECT',
    ],
    ['SELECT extract(year FROM created_at), trim(both FROM name) FROM users', 'SELECT users'],
    ['SELECT a IS DISTINCT FROM b FROM t', 'SELECT t'],
    ['SELECT * FROM generate_series(1, 10) g, t', 'SELECT t'],
    ['SELECT * FROM (a JOIN b ON a.x = b.x)', 'SELECT a b'],
    ['SELECT * FROM (SELECT 1 FROM inner_table) s', 'SELECT SELECT inner_table'],
    ['SELECT * FROM t FOR UPDATE', 'SELECT t'],
    ['/* FROM hidden */ SELECT 1 -- FROM hidden\n FROM t', 'SELECT t'],
    ["SELECT * FROM a WHERE x LIKE $1 ESCAPE '\\' AND y IN (SELECT y FROM b)", 'SELECT a SELECT b'],
    ["SELECT 'C:\\temp', '\\' || x, '\\' FROM t WHERE y = 'a\\\\'", 'SELECT t'],
    ["SELECT E'a'\n -- on\n 'b\\' FROM secret' FROM t", 'SELECT t'],
    ["SELECT U&'\\' FROM t", 'SELECT t'],
    ["SELECT 'it\\' from secret' FROM t", 'SELECT'],
    ["SELECT 'it\\'s from secret', 'that\\'s' FROM t", 'SELECT'],
    ["SELECT 'it''s FROM secret', E'\\' FROM secret', $x$ FROM secret $x$ FROM t", 'SELECT t'],
    ['BEGIN', 'BEGIN'],
    ['CREATE USER bob PASSWORD hunter2', 'CREATE'],
    ['COPY t FROM stdin', 'COPY'],
    ['hunter2', '(other)'],
    ['', '(other)'],
  ])('%s', (sql, summary) => expect(summarize(sql)).toBe(summary))

  it('stays within 255 characters and ends at a whole name', () => {
    const tables = Array.from({ length: 100 }, (_, n) => `table_number_${n}`)
    const summary = summarize(`SELECT * FROM ${tables.join(', ')}`)
    expect(summary.length).toBeLessThanOrEqual(255)
    expect(tables).toContain(summary.split(' ').at(-1))
  })
})

describe('any statement', () => {
  const secret = fc.stringMatching(/^zq[a-z0-9]{6}$/)
  const around = fc.constantFrom(
    '',
    ' ',
    "''",
    '--',
    '/*',
    ' FROM ',
    '"',
    '\n',
    '$1',
    ';',
    ' JOIN ',
    '(',
    ')',
    ',',
    ' SELECT ',
  )
  const literal = fc.tuple(secret, around, around, fc.nat(6)).map(([value, before, after, form]) => {
    const inner = `${before}${value}${after}`
    const quoted = inner.replaceAll("''", "'").replaceAll("'", "''")
    const forms = [
      `'${quoted}'`,
      `E'${quoted}\\' FROM ${value}'`,
      `$$${inner}$$`,
      `$t$ ${inner} $t$`,
      `'\\'${value}'`,
      `N'${quoted}'`,
      `U&'${quoted}'`,
    ]
    return { secret: value, sql: forms[form] ?? '' }
  })
  const frame = fc.constantFrom<(literals: string[]) => string>(
    literals => `SELECT ${literals.join(', ')} FROM t WHERE a IN (${literals.join(',')})`,
    literals => `INSERT INTO t (a) VALUES (${literals.join('), (')})`,
    literals => `UPDATE t SET a = ${literals.join(' || ')} FROM u WHERE b = ${literals[0]}`,
    literals => `WITH x AS (SELECT ${literals[0]}) DELETE FROM t USING u WHERE a = ${literals.join(' OR a = ')}`,
    literals =>
      `SELECT * FROM a JOIN b ON a.x = ${literals[0]} JOIN c USING (x) WHERE y = ANY(ARRAY[${literals.join(',')}]) UNION SELECT 1 FROM d`,
    literals => literals.join(' FROM '),
    literals => `-- it's\nSELECT * /* '$$ */ FROM t +-- ' \n WHERE a = ${literals.join("+/* ' */")}`,
  )

  it('never shows a literal in its summary or fingerprint', () => {
    fc.assert(
      fc.property(frame, fc.array(literal, { minLength: 1, maxLength: 4 }), (build, literals) => {
        const sql = build(literals.map(({ sql: text }) => text))
        const shown = `${summarize(sql)} ${fingerprint(sql)}`.toLowerCase()
        for (const { secret: value } of literals) expect(shown).not.toContain(value)
      }),
      { numRuns: 5_000 },
    )
  })

  it('is summarised without throwing, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(around).map(parts => parts.join('SELECT a FROM b')),
        ),
        text => {
          expect(summarize(text).length).toBeLessThanOrEqual(255)
          expect(typeof fingerprint(text)).toBe('string')
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('is scanned in time that grows with its length only', () => {
    for (const piece of ["'", '"', '/*', '$a$', '(', 'SELECT (', "E'\\", '--', 'FROM a,', 'WITH a AS (']) {
      const startedAt = performance.now()
      summarize(piece.repeat(200_000 / piece.length))
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    }
  })
})

describe('the fingerprint of a statement', () => {
  it('is the same for statements that differ in values, list lengths, spelling and comments', () => {
    const texts = [
      'SELECT * FROM t WHERE id IN (1, 2) AND a = $1',
      "select * from t where id in ('x') and a = 5 -- why",
      'select*from t where id in ($1,$2,$3) and a=$4',
    ]
    expect(new Set(texts.map(fingerprint)).size).toBe(1)
  })

  it('differs for other columns and tables', () => {
    expect(fingerprint('SELECT a FROM t')).not.toBe(fingerprint('SELECT b FROM t'))
    expect(fingerprint('SELECT "a" FROM t')).not.toBe(fingerprint('SELECT "A" FROM t'))
  })
})
