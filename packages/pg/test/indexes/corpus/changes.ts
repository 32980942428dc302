import { UNDONE_OF_QUEUE } from './flags.ts'
import type { SlowCase } from './slow-case.ts'

/** Statements that write. */
export const CHANGES: readonly SlowCase[] = [
  {
    name: 'cascading delete',
    text: 'DELETE FROM author WHERE id = 77',
    best: ['book (author_id)', 'review (book_id)'],
  },
  {
    name: 'insert from a query',
    text: 'INSERT INTO archive SELECT id, cust_id, total FROM purchase WHERE cust_id = $1',
    values: [5],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'update',
    text: "UPDATE purchase SET state = 'sent' WHERE ref = $1",
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: ['purchase (ref)'],
  },
  {
    name: 'delete',
    text: 'DELETE FROM task WHERE queue_id = $1 AND done_at IS NULL',
    values: [0],
    best: UNDONE_OF_QUEUE,
  },
  {
    name: 'update from a join',
    text: 'UPDATE note SET kind = 9 FROM author WHERE author.id = note.a AND author.id = 31',
    best: ['note (a)'],
  },
]
