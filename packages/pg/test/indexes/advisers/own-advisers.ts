import type pgDriver from 'pg'
import { adviseOnRecorded } from '../../../src/advice.ts'
import { bodiesOf, receiptFor } from '../advice-of.ts'
import type { SlowCase } from '../corpus/slow-case.ts'
import type { Adviser, Answered } from './adviser.ts'

async function ours(pool: pgDriver.Pool, slow: SlowCase): Promise<readonly Answered[]> {
  const { advice = [] } = await receiptFor(pool, slow)
  return advice.map(each => ({
    body: bodiesOf([each])[0]!,
    create: each.statement!,
    undo: /undo it with (.*)$/.exec(each.why)![1]!,
    isReference: each.why.includes('searched for references'),
  }))
}

/** Runs the statement once, so that pg_stat_statements has it, and takes back what it did. */
async function fromStatistics(
  pool: pgDriver.Pool,
  { text, values, searchPath }: SlowCase,
): Promise<readonly Answered[]> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_stat_statements_reset()')
    await client.query(`BEGIN; SET LOCAL search_path TO ${searchPath ?? 'public'}`)
    await client.query(text, values === undefined ? undefined : [...values])
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  const connection = { connectionString: pool.options.connectionString }
  const schemas = searchPath === undefined ? [] : [searchPath]
  const { indexes } = await adviseOnRecorded({ connection, schemas })
  return indexes.map(({ table, definition, create, undo, isReference }) => ({
    body: `${table.replace(/^\w+\./, '')} ${definition}`,
    create,
    undo,
    isReference,
  }))
}

/** Ours, with the values of the application or without. */
export const OWN_ADVISERS: readonly Adviser[] = [
  { name: 'query.optimize with hypopg', usesHypopg: true, advise: ours },
  { name: 'query.optimize without hypopg', usesHypopg: false, advise: ours },
  { name: 'index advise, pg_stat_statements, hypopg', usesHypopg: true, advise: fromStatistics },
  { name: 'index advise, pg_stat_statements', usesHypopg: false, advise: fromStatistics },
]
