import type { SlowCase } from './slow-case.ts'

/** No index helps. */
export const NO_INDEX: readonly SlowCase[] = [
  { name: 'a common flag', text: 'SELECT count(*) FROM purchase WHERE NOT todo', best: [] },
  {
    name: 'day of a timestamptz',
    text: "SELECT count(*) FROM purchase WHERE date_trunc('day', made_at) = $1",
    values: ['2025-05-05'],
    best: [],
  },
  {
    name: 'not distinct',
    text: 'SELECT * FROM purchase WHERE ref IS NOT DISTINCT FROM $1',
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: [],
  },
  { name: 'all rows', text: 'SELECT count(*) FROM purchase', best: [] },
  {
    name: 'half of the rows',
    text: 'SELECT avg(total) FROM purchase WHERE made_at > $1',
    values: [new Date('2025-06-01')],
    best: [],
  },
  { name: 'groups of all rows', text: 'SELECT shop_id, count(*) FROM purchase GROUP BY shop_id', best: [] },
  { name: 'volatile', text: 'SELECT * FROM purchase WHERE total < random()', best: [] },
  { name: 'a random row', text: 'SELECT * FROM purchase WHERE cust_id = floor(random() * 100000)::int', best: [] },
  { name: 'other type', text: 'SELECT id FROM purchase WHERE cust_id = 5.0', best: [] },
]
