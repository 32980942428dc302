import type { SlowCase } from './slow-case.ts'

const ACCOUNT_ROWS = 400_000

/** The rows of an account lie all over the table, those of a batch together. */
export const TABLES_TO_COVER: readonly string[] = [
  "CREATE TABLE account AS SELECT i AS id, i % 50 AS region, 'Account ' || i AS name FROM generate_series(1, 400) i",
  'ALTER TABLE account ADD PRIMARY KEY (id)',
  `CREATE TABLE ledger AS SELECT i AS id, 1 + (i * 7) % 400 AS account_id, i / 1000 AS batch, timestamptz '2025-01-01' + (i::bigint * 104729 % ${ACCOUNT_ROWS}) * interval '78 seconds' AS booked_at,
    (i % 9973) / 10.0 AS amount, (i % 7)::smallint AS kind, (ARRAY['EUR', 'USD', 'CHF'])[1 + i % 3]::char(3) AS currency, i % 11 AS branch_id, i % 13 AS clerk_id,
    jsonb_build_object('k', i % 5) AS extra, CASE WHEN i % 5000 = 0 THEN repeat('long ', 180) ELSE 'a' || i % 50 END AS tag, repeat('memo ', 18) || i AS memo FROM generate_series(1, ${ACCOUNT_ROWS}) i`,
  'ALTER TABLE ledger ADD PRIMARY KEY (id)',
  ...['reading', 'gauge', 'meter'].map(
    name =>
      `CREATE TABLE ${name} WITH (autovacuum_enabled = off) AS SELECT i AS id, (i * 7) % 300 AS device_id, i % 977 AS value, repeat('r', 60) AS pad FROM generate_series(1, 200000) i`,
  ),
  'CREATE INDEX reading_device_id_idx ON reading (device_id)',
]

/** What happens to the tables after they were vacuumed: nothing is visible to everybody in one, and soon nothing in the other. */
export const CHANGES_TO_TABLES: readonly string[] = [
  'UPDATE gauge SET value = value + 1',
  'ANALYZE gauge',
  'UPDATE meter SET value = value + 1',
  'UPDATE meter SET value = value - 1',
  'VACUUM ANALYZE meter',
  'SELECT pg_stat_force_next_flush()',
]

/** Many rows are found that lie apart, and little is read of each: an index that holds it spares the table. */
export const COVERED: readonly SlowCase[] = [
  {
    name: 'covered sum',
    text: 'SELECT sum(amount) FROM ledger WHERE account_id = $1',
    values: [77],
    best: ['ledger (account_id) INCLUDE (amount)'],
  },
  {
    name: 'covered sum since a day',
    text: 'SELECT sum(amount) FROM ledger WHERE account_id = $1 AND booked_at >= $2',
    values: [77, new Date('2025-07-01')],
    best: [['ledger (account_id, booked_at) INCLUDE (amount)', 'ledger (account_id) INCLUDE (booked_at, amount)']],
  },
  {
    name: 'covered groups',
    text: 'SELECT kind, count(*), sum(amount) FROM ledger WHERE account_id = $1 GROUP BY kind ORDER BY 3 DESC',
    values: [78],
    best: ['ledger (account_id) INCLUDE (amount, kind)'],
  },
  {
    name: 'covered filter',
    text: "SELECT count(*) FROM ledger WHERE account_id = $1 AND amount > 500 AND currency <> 'EUR'",
    values: [79],
    best: [['ledger (account_id, amount) INCLUDE (currency)', 'ledger (account_id) INCLUDE (amount, currency)']],
  },
  {
    name: 'covered range',
    text: 'SELECT avg(amount) FROM ledger WHERE booked_at >= $1 AND booked_at < $2',
    values: [new Date('2025-03-01'), new Date('2025-03-04')],
    best: ['ledger (booked_at) INCLUDE (amount)'],
  },
  {
    name: 'covered list',
    text: 'SELECT account_id, amount FROM ledger WHERE account_id = ANY($1)',
    values: [[4, 5, 6]],
    best: ['ledger (account_id) INCLUDE (amount)'],
  },
  {
    name: 'covered join',
    text: 'SELECT a.name, sum(l.amount) FROM account a JOIN ledger l ON l.account_id = a.id WHERE a.region = $1 GROUP BY a.name',
    values: [7],
    best: ['ledger (account_id) INCLUDE (amount)'],
  },
  {
    name: 'covered subquery',
    text: "SELECT a.id, (SELECT sum(l.amount) FROM ledger l WHERE l.account_id = a.id AND l.currency = 'CHF') FROM account a WHERE a.region = 9",
    best: [['ledger (account_id, currency) INCLUDE (amount)', 'ledger (account_id) INCLUDE (amount, currency)']],
  },
  {
    name: 'covered beside an index of the key',
    text: 'SELECT avg(value) FROM reading WHERE device_id = $1',
    values: [7],
    best: ['reading (device_id) INCLUDE (value)'],
  },
]

/** The same, where the rows are fetched all the same, are few or lie together, or where the index would be too large or too dear. */
export const NOT_COVERED: readonly SlowCase[] = [
  {
    name: 'all columns',
    text: 'SELECT * FROM ledger WHERE account_id = $1',
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'few rows, one column',
    text: 'SELECT total FROM purchase WHERE cust_id = $1',
    values: [77],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'a wide column',
    text: 'SELECT memo FROM ledger WHERE account_id = $1',
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'a column with some long values',
    text: 'SELECT tag, count(*) FROM ledger WHERE account_id = $1 GROUP BY tag',
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'a document',
    text: "SELECT count(*) FROM ledger WHERE account_id = $1 AND extra ->> 'k' <> '3'",
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'many columns',
    text: 'SELECT booked_at, amount, kind, currency, branch_id, clerk_id FROM ledger WHERE account_id = $1',
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'rows that lie together',
    text: 'SELECT sum(amount) FROM ledger WHERE batch = $1',
    values: [77],
    best: ['ledger (batch)'],
  },
  {
    name: 'a primary key',
    text: 'SELECT sum(amount) FROM ledger WHERE id BETWEEN $1 AND $2',
    values: [1000, 9000],
    best: [],
  },
  {
    name: 'locked rows',
    text: 'SELECT amount FROM ledger WHERE account_id = $1 FOR SHARE',
    values: [77],
    best: ['ledger (account_id)'],
  },
  {
    name: 'a table that was changed since it was vacuumed',
    text: 'SELECT avg(value) FROM gauge WHERE device_id = $1',
    values: [7],
    best: ['gauge (device_id)'],
  },
  {
    name: 'a table whose rows are often updated',
    text: 'SELECT avg(value) FROM meter WHERE device_id = $1',
    values: [7],
    best: ['meter (device_id)'],
  },
]
