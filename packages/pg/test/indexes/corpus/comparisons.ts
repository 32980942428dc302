import type { SlowCase } from './slow-case.ts'

/** Equalities, lists and ranges of columns. */
export const COMPARISONS: readonly SlowCase[] = [
  { name: 'equality', text: 'SELECT * FROM purchase WHERE cust_id = $1', values: [77], best: ['purchase (cust_id)'] },
  {
    name: 'equality of a uuid',
    text: 'SELECT id FROM purchase WHERE ref = $1',
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: ['purchase (ref)'],
  },
  {
    name: 'two equalities',
    text: 'SELECT * FROM purchase WHERE shop_id = $1 AND kind = $2',
    values: [15, 15],
    best: [['purchase (shop_id)', 'purchase (shop_id, kind)']],
  },
  {
    name: 'equality and range',
    text: 'SELECT * FROM purchase WHERE shop_id = $1 AND made_at >= $2',
    values: [15, new Date('2025-12-10')],
    best: ['purchase (shop_id, made_at)'],
  },
  {
    name: 'range',
    text: 'SELECT count(*) FROM purchase WHERE made_at > $1',
    values: [new Date('2025-12-13')],
    best: ['purchase (made_at)'],
  },
  {
    name: 'between',
    text: 'SELECT sum(total) FROM purchase WHERE made_at BETWEEN $1 AND $2',
    values: [new Date('2025-03-01'), new Date('2025-03-02')],
    best: [['purchase (made_at) INCLUDE (total)', 'purchase (made_at)']],
  },
  {
    name: 'literals',
    text: "SELECT * FROM purchase WHERE cust_id = 5 AND state = 'open'",
    best: [['purchase (cust_id)', 'purchase (cust_id, state)']],
  },
  { name: 'list', text: 'SELECT * FROM purchase WHERE cust_id IN (1, 2, 3)', best: ['purchase (cust_id)'] },
  {
    name: 'array of values',
    text: 'SELECT * FROM purchase WHERE cust_id = ANY($1)',
    values: [[4, 5, 6]],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'list of rows',
    text: 'SELECT * FROM note WHERE (a, b) IN ((31, 37), (62, 74))',
    best: [['note (a, b)', 'note (b, a)', 'note (a)', 'note (b)']],
  },
  {
    name: 'a rare NULL',
    text: 'SELECT id FROM purchase WHERE coupon_id IS NULL AND kind = $1',
    values: [0],
    best: [
      [
        'purchase (coupon_id)',
        'purchase (kind) WHERE coupon_id IS NULL',
        'purchase (kind, coupon_id)',
        'purchase (coupon_id, kind)',
        'purchase (kind)',
      ],
    ],
  },
  {
    name: 'not deleted is most',
    text: 'SELECT id FROM customer WHERE deleted_at IS NULL AND email = $1',
    values: ['user5@example.org'],
    best: [['customer (email)', 'customer (email) WHERE deleted_at IS NULL']],
  },
  {
    name: 'alternatives',
    text: 'SELECT * FROM note WHERE kind = 1 AND (a = $1 OR b = $1)',
    values: [31],
    best: ['note (a)', 'note (b)'],
  },
  {
    name: 'long values',
    text: 'SELECT id FROM page WHERE url = $1',
    values: ['https://example.org/c4ca4238a0b923820dcc509a6f75849b'],
    best: ['page USING hash (url)'],
  },
  {
    name: 'range in front of an existing index',
    text: "SELECT id FROM task WHERE due_at > '2026-01-01 10:00' AND status = 'a' AND queue_id = 4 AND priority = 3",
    best: [
      [
        'task (queue_id, priority)',
        'task (queue_id, priority, status)',
        'task (priority, queue_id)',
        'task (priority, queue_id, status)',
        'task (queue_id, priority, due_at)',
        'task (priority, queue_id, due_at)',
        'task (queue_id, priority, status, due_at)',
        'task (priority, queue_id, status, due_at)',
        'task (queue_id)',
      ],
    ],
  },
]
