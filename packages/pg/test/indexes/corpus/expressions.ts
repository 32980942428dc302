import type { SlowCase } from './slow-case.ts'

/** What is computed of a column, and what a document or an array contains. */
export const EXPRESSIONS: readonly SlowCase[] = [
  {
    name: 'day of a timestamp',
    text: "SELECT count(*) FROM customer WHERE date_trunc('day', created_at) = $1",
    values: ['2025-05-05'],
    best: ["customer (date_trunc('day', created_at))"],
  },
  {
    name: 'field of a document',
    text: "SELECT id FROM note WHERE meta->>'key' = $1",
    values: ['77'],
    best: ["note ((meta ->> 'key'))"],
  },
  {
    name: 'cast of a timestamp',
    text: 'SELECT count(*) FROM customer WHERE created_at::date = $1',
    values: ['2025-05-05'],
    best: ['customer (((created_at)::date))'],
  },
  {
    name: 'contained document',
    text: 'SELECT id FROM note WHERE meta @> $1',
    values: ['{"key": 5}'],
    best: [['note USING gin (meta jsonb_path_ops)', 'note USING gin (meta)']],
    isInverted: true,
  },
  {
    name: 'contained element',
    text: 'SELECT id FROM note WHERE tags @> $1',
    values: [['t5']],
    best: ['note USING gin (tags)'],
    isInverted: true,
  },
  {
    name: 'document and a fourth of the rows',
    text: 'SELECT count(*) FROM note WHERE meta @> $1 AND id < 50000',
    values: ['{"key": 5}'],
    best: [['note USING gin (meta jsonb_path_ops)']],
    isInverted: true,
  },
]
