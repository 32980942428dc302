import type { SlowCase } from './slow-case.ts'

/** Sorting, of which the first rows are wanted. */
export const ORDERS: readonly SlowCase[] = [
  {
    name: 'newest of a third',
    text: 'SELECT * FROM purchase WHERE state = $1 ORDER BY made_at DESC LIMIT 20',
    values: ['paid'],
    best: ['purchase (state, made_at)'],
  },
  {
    name: 'newest of all',
    text: 'SELECT id, made_at FROM purchase ORDER BY made_at DESC LIMIT 10',
    best: ['purchase (made_at)'],
  },
  {
    name: 'newest of one',
    text: 'SELECT * FROM purchase WHERE cust_id = $1 ORDER BY made_at DESC LIMIT 1',
    values: [9],
    best: [['purchase (cust_id, made_at)', 'purchase (cust_id)']],
  },
  {
    name: 'two sort keys',
    text: 'SELECT id FROM purchase ORDER BY total DESC, made_at ASC LIMIT 5',
    best: [['purchase (total DESC, made_at)', 'purchase (total, made_at DESC)', 'purchase (total)']],
  },
  {
    name: 'NULL at the end',
    text: 'SELECT id FROM purchase ORDER BY coupon_id DESC NULLS LAST, id DESC LIMIT 5',
    best: [['purchase (coupon_id DESC NULLS LAST, id DESC)', 'purchase (coupon_id DESC NULLS LAST)']],
  },
  {
    name: 'paging by rows',
    text: 'SELECT id, made_at FROM purchase WHERE (made_at, id) < ($1, $2) ORDER BY made_at DESC, id DESC LIMIT 20',
    values: [new Date('2025-06-01'), 5000],
    best: [['purchase (made_at, id)', 'purchase (made_at)']],
  },
  {
    name: 'maximum',
    text: 'SELECT max(made_at) FROM purchase WHERE state = $1',
    values: ['open'],
    best: ['purchase (state, made_at)'],
  },
  { name: 'maximum of all', text: 'SELECT max(total) FROM purchase', best: ['purchase (total)'] },
  {
    name: 'sort by position',
    text: 'SELECT made_at, id FROM purchase WHERE shop_id = $1 ORDER BY 1 DESC LIMIT 10',
    values: [3],
    best: [['purchase (shop_id, made_at)', 'purchase (shop_id)']],
  },
]
