import type { SlowCase } from './slow-case.ts'

/** Several tables, or several queries. */
export const JOINS: readonly SlowCase[] = [
  {
    name: 'correlated subquery',
    text: 'SELECT c.id, (SELECT count(*) FROM purchase p WHERE p.cust_id = c.id) FROM customer c WHERE c.tenant_id = 7 LIMIT 20',
    best: ['purchase (cust_id)'],
    maybe: ['customer (tenant_id)'],
  },
  {
    name: 'newest row of each',
    text: 'SELECT c.id, l.made_at FROM customer c, LATERAL (SELECT p.made_at FROM purchase p WHERE p.cust_id = c.id ORDER BY p.made_at DESC LIMIT 1) l WHERE c.id < 100',
    best: [['purchase (cust_id, made_at)', 'purchase (cust_id)']],
  },
  {
    name: 'join',
    text: 'SELECT c.name, p.total FROM customer c JOIN purchase p ON p.cust_id = c.id WHERE c.email = $1',
    values: ['user5@example.org'],
    best: ['customer (email)', 'purchase (cust_id)'],
  },
  {
    name: 'join from a key',
    text: 'SELECT p.* FROM customer c JOIN purchase p ON p.cust_id = c.id WHERE c.id = $1',
    values: [5],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'semijoin',
    text: 'SELECT c.name FROM customer c WHERE c.id < 200 AND EXISTS (SELECT 1 FROM purchase p WHERE p.cust_id = c.id AND p.shop_id = 5)',
    best: [['purchase (shop_id)', 'purchase (cust_id, shop_id)', 'purchase (shop_id, cust_id)']],
  },
  {
    name: 'in a query',
    text: 'SELECT * FROM purchase WHERE cust_id IN (SELECT id FROM customer WHERE id BETWEEN 10 AND 20)',
    best: ['purchase (cust_id)'],
  },
  {
    name: 'common table expression',
    text: 'WITH big AS (SELECT * FROM purchase WHERE shop_id = $1) SELECT count(*) FROM big WHERE kind = 3',
    values: [3],
    best: [['purchase (shop_id)', 'purchase (shop_id, kind)']],
  },
  {
    name: 'union',
    text: 'SELECT id FROM purchase WHERE cust_id = 5 UNION ALL SELECT id FROM note WHERE a = 31',
    best: ['purchase (cust_id)', 'note (a)'],
  },
]
