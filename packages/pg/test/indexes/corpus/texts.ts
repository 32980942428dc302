import type { SlowCase } from './slow-case.ts'

/** Texts by their beginning, in any case, or by what is within. */
export const TEXTS: readonly SlowCase[] = [
  {
    name: 'beginning of a text',
    text: "SELECT id FROM customer WHERE email LIKE 'user123%'",
    best: [['customer (email text_pattern_ops)', 'customer (email)']],
  },
  {
    name: 'beginning of a text, bound',
    text: 'SELECT id FROM customer WHERE name LIKE $1',
    values: ['Name c4ca%'],
    best: [['customer (name text_pattern_ops)', 'customer (name)']],
  },
  {
    name: 'any case',
    text: 'SELECT id FROM customer WHERE lower(email) = $1',
    values: ['user5@example.org'],
    best: ['customer (lower(email))'],
  },
  {
    name: 'any case, beginning',
    text: "SELECT id FROM customer WHERE lower(name) LIKE 'name abc%'",
    best: [['customer (lower(name) text_pattern_ops)', 'customer (lower(name))']],
  },
  {
    name: 'within a text',
    text: 'SELECT id FROM note WHERE body LIKE $1',
    values: ['%c4ca4238a0b923820dcc%'],
    best: ['note USING gin (body public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'half of the rows, and a text within',
    text: "SELECT id FROM note WHERE state = $1 AND body LIKE '%zzzzzz%'",
    values: ['new'],
    best: ['note USING gin (body public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'a fifth of the rows, and any case',
    text: 'SELECT id FROM note WHERE tenant_id = 1 AND lower(email) = $1',
    values: ['person6@example.org'],
    best: [['note (lower(email))', 'note (lower(email), tenant_id)', 'note (tenant_id, lower(email))']],
  },
]
