import { CHANGES } from './corpus/changes.ts'
import { COMPARISONS } from './corpus/comparisons.ts'
import { COMPUTED, CONTAINED, TABLES_TO_COMPUTE } from './corpus/computed.ts'
import { CHANGES_TO_TABLES, COVERED, NOT_COVERED, TABLES_TO_COVER } from './corpus/covering.ts'
import { EXPRESSIONS } from './corpus/expressions.ts'
import { FLAGS } from './corpus/flags.ts'
import { JOINS } from './corpus/joins.ts'
import { CASES_OF_LIBRARIES, TABLES_OF_LIBRARIES } from './corpus/libraries.ts'
import { NO_INDEX } from './corpus/no-index.ts'
import { ORDERS } from './corpus/orders.ts'
import { RELATIONS } from './corpus/relations.ts'
import { SCOPES } from './corpus/scopes.ts'
import { TEXTS } from './corpus/texts.ts'
import type { SlowCase } from './corpus/slow-case.ts'
import { TABLES as OWN_TABLES } from './corpus/tables.ts'

/** Slow statements of each kind, and those of libraries. */
export const CASES: readonly SlowCase[] = [
  ...COMPARISONS,
  ...ORDERS,
  ...FLAGS,
  ...TEXTS,
  ...EXPRESSIONS,
  ...COMPUTED,
  ...CONTAINED,
  ...JOINS,
  ...RELATIONS,
  ...SCOPES,
  ...CHANGES,
  ...COVERED,
  ...NOT_COVERED,
  ...NO_INDEX,
  ...CASES_OF_LIBRARIES,
]

/** The statements that make their tables. */
export const TABLES: readonly string[] = [
  ...OWN_TABLES,
  ...TABLES_OF_LIBRARIES,
  ...TABLES_TO_COVER,
  ...TABLES_TO_COMPUTE,
  'VACUUM ANALYZE',
  ...CHANGES_TO_TABLES,
]
