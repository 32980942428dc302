import { expect, it } from 'vitest'
import { namesTable } from '../../src/recorded/named-tables.ts'
import { summarize } from '../../src/signals/query-summary.ts'

it.each([
  ['SELECT * FROM sale WHERE pg_catalog.lower(code) = $1', true],
  ["SELECT * FROM sale WHERE code = 'pg_stat_activity'", true],
  ['UPDATE "Sale" SET code = $1', true],
  ['SELECT relname FROM pg_catalog.pg_class', false],
  ['SELECT * FROM "pg_catalog"."pg_class" c JOIN sale s ON true', false],
  ['SELECT * FROM information_schema.tables', false],
  ['SELECT * FROM pg_stat_activity', false],
  ['SELECT pg_catalog.pg_advisory_lock($1)', false],
])('a statement counts by its tables: %s', (text, counts) => {
  expect(namesTable(summarize(text))).toBe(counts)
})
