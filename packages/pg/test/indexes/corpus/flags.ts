import type { SlowCase } from './slow-case.ts'

/** Any of them finds what is left to do of a queue. */
export const UNDONE_OF_QUEUE: SlowCase['best'] = [
  ['task (queue_id) WHERE done_at IS NULL', 'task (queue_id, done_at)', 'task (done_at, queue_id)', 'task (done_at)'],
]

/** Rows that few are of: an index may hold these alone. */
export const FLAGS: readonly SlowCase[] = [
  {
    name: 'flag',
    text: 'SELECT * FROM purchase WHERE todo',
    best: [['purchase (todo)', 'purchase (id) WHERE todo', 'purchase (todo) WHERE todo']],
  },
  {
    name: 'flag and order',
    text: 'SELECT * FROM purchase WHERE todo ORDER BY made_at LIMIT 50',
    best: [['purchase (made_at) WHERE todo', 'purchase (todo, made_at)']],
  },
  {
    name: 'not done',
    text: 'SELECT * FROM task WHERE done_at IS NULL ORDER BY priority LIMIT 10',
    best: [['task (priority) WHERE done_at IS NULL', 'task (done_at, priority)', 'task (done_at)']],
  },
  {
    name: 'not done of a queue',
    text: 'SELECT id FROM task WHERE queue_id = $1 AND done_at IS NULL',
    values: [0],
    best: UNDONE_OF_QUEUE,
  },
]
