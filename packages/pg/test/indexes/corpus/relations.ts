import type { SlowCase } from './slow-case.ts'

/** Partitions, views, and a name that is found in a schema of its own. */
export const RELATIONS: readonly SlowCase[] = [
  {
    name: 'search path',
    text: 'SELECT * FROM sale WHERE buyer_id = $1',
    values: [5],
    best: ['sale (buyer_id)'],
    searchPath: 'tenant_a',
  },
  { name: 'partitions', text: 'SELECT * FROM event WHERE device_id = $1', values: [44], best: ['event (device_id)'] },
  {
    name: 'partitions and order',
    text: "SELECT * FROM event WHERE kind = 'k1' ORDER BY at DESC LIMIT 10",
    best: [['event (at)', 'event (kind, at)']],
  },
  {
    name: 'inheritance',
    text: 'SELECT * FROM sample WHERE device_id = $1',
    values: [44],
    best: ['sample (device_id)'],
  },
  { name: 'inheritance, alone', text: 'SELECT * FROM ONLY sample WHERE device_id = $1', values: [44], best: [] },
  {
    name: 'inheritance and order',
    text: 'SELECT * FROM sample WHERE device_id = $1 ORDER BY at DESC LIMIT 5',
    values: [44],
    best: [['sample (device_id)', 'sample (device_id, at)']],
  },
  {
    name: 'materialized view',
    text: 'SELECT * FROM daily WHERE cust_id = $1',
    values: [70],
    best: ['daily (cust_id)'],
  },
  {
    name: 'through a view',
    text: 'SELECT * FROM open_purchase WHERE customer = $1',
    values: [5],
    best: [['purchase (cust_id)', 'purchase (cust_id, state)']],
  },
]
