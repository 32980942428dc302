import { UNDONE_OF_QUEUE } from './flags.ts'
import type { SlowCase } from './slow-case.ts'

/** Queries within queries, and what they let through; what outer joins leave open; what bound values decide. */
export const SCOPES: readonly SlowCase[] = [
  {
    name: 'query for a value, without aliases',
    text: 'SELECT id FROM purchase WHERE cust_id = (SELECT id FROM customer WHERE email = $1)',
    values: ['user77@example.org'],
    best: ['customer (email)', 'purchase (cust_id)'],
  },
  {
    name: 'optional filters',
    text: 'SELECT * FROM purchase WHERE ($1::int IS NULL OR cust_id = $1) AND ($2::text IS NULL OR state = $2)',
    values: [77, null],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'optional filters without a filter',
    text: 'SELECT * FROM task WHERE ($1::int IS NULL OR queue_id = $1)',
    values: [null],
    best: [],
  },
  {
    name: 'UNION ALL in FROM',
    text: 'SELECT * FROM (SELECT id, cust_id AS who FROM purchase UNION ALL SELECT id, cust_id FROM archive) x WHERE who = $1',
    values: [77],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'two extremes in an expression',
    text: 'SELECT COALESCE(max(a), 0) + 1, min(a) FROM note',
    best: ['note (a)'],
  },
  {
    name: 'first groups',
    text: 'SELECT cust_id, count(*) FROM purchase GROUP BY cust_id ORDER BY cust_id LIMIT 5',
    best: ['purchase (cust_id)'],
  },
  {
    name: 'first distinct values',
    text: 'SELECT DISTINCT cust_id FROM purchase ORDER BY cust_id LIMIT 10',
    best: ['purchase (cust_id)'],
  },
  {
    name: 'first rows of a query in FROM',
    text: 'SELECT * FROM (SELECT id, made_at AS at FROM purchase) x ORDER BY at DESC LIMIT 10',
    best: ['purchase (made_at)'],
  },
  {
    name: 'rows far behind the first',
    text: 'SELECT * FROM note ORDER BY a LIMIT 20 OFFSET 150000',
    best: [],
  },
  {
    name: 'query that is computed apart',
    text: 'WITH x AS MATERIALIZED (SELECT * FROM purchase) SELECT id FROM x WHERE cust_id = 77',
    best: [],
  },
  {
    name: 'query that is mentioned twice',
    text: 'WITH x AS (SELECT * FROM note) SELECT count(*) FROM x, x y WHERE x.a = 77 AND y.b = 78',
    best: [],
  },
  {
    name: 'filter of numbered rows',
    text: 'SELECT * FROM (SELECT note.*, count(*) OVER () AS n FROM note) x WHERE a = 77',
    best: [],
  },
  {
    name: 'filter of rows numbered within what it compares',
    text: 'SELECT * FROM (SELECT id, a, row_number() OVER (PARTITION BY a ORDER BY id) AS n FROM note) x WHERE a = 77',
    best: ['note (a)'],
  },
  {
    name: 'NULL of a join without a row',
    text: 'SELECT c.id FROM customer c LEFT JOIN note n ON n.a = c.id WHERE n.b IS NULL AND c.tenant_id > 3',
    best: [],
  },
  {
    name: 'value in the place of the NULL of a join without a row',
    text: 'SELECT c.id FROM customer c LEFT JOIN note n ON n.id = c.id WHERE COALESCE(n.a, 0) = 77',
    best: [],
  },
  {
    name: 'ON that drops no row',
    text: 'SELECT count(n.id) FROM customer c LEFT JOIN note n ON n.id = c.id AND c.tenant_id = 7',
    best: [],
  },
  {
    name: 'NULL that ON of an outer join asks for',
    text: 'SELECT c.id, t.id FROM customer c LEFT JOIN task t ON t.queue_id = c.id AND t.done_at IS NULL WHERE c.id < 40',
    best: UNDONE_OF_QUEUE,
  },
  {
    name: 'outer join that a filter makes an inner one',
    text: "SELECT p.id FROM customer c LEFT JOIN purchase p ON p.cust_id = c.id WHERE c.email = 'user77@example.org' AND p.total > 5",
    best: ['customer (email)', 'purchase (cust_id)'],
  },
  {
    name: 'NOT IN',
    text: 'SELECT count(*) FROM note WHERE a NOT IN (SELECT cust_id FROM purchase WHERE kind <> 3)',
    best: [],
  },
  {
    name: 'sample of a table',
    text: 'SELECT count(*) FROM purchase TABLESAMPLE SYSTEM (50) WHERE cust_id = 77',
    best: [],
  },
  {
    name: 'pattern that is put together',
    text: "SELECT id FROM customer WHERE email LIKE $1 || '%'",
    values: ['user777'],
    best: [['customer (email)', 'customer (email text_pattern_ops)']],
  },
  {
    name: 'beginning by a regular expression',
    text: "SELECT id FROM customer WHERE email ~ '^user777'",
    best: [['customer (email)', 'customer (email text_pattern_ops)']],
  },
  {
    name: 'beginning by a function',
    text: "SELECT id FROM customer WHERE starts_with(email, 'user777')",
    best: [['customer (email)', 'customer (email text_pattern_ops)']],
  },
  {
    name: 'join of all columns of one name',
    text: 'SELECT count(*) FROM (SELECT id AS cust_id FROM customer WHERE id = 77) a NATURAL JOIN (SELECT cust_id, total FROM purchase) b',
    best: ['purchase (cust_id)'],
  },
]
