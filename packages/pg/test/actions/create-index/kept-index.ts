import type pgDriver from 'pg'
import type { Sent } from '../../indexes/advice-of.ts'

/** A statement that takes so much of its earlier time or pages is helped, or harmed. */
const HELPED = { ms: 0.7, blocks: 0.5 }
const HARMED = { ms: 1.3, blocks: 1.3 }
const REPEATS = 5

interface Cost {
  readonly plan: string
  readonly ms: number
  readonly blocks: number
}

/** The valid indexes in the database that carry the name and the comment of those that were kept. */
export async function keptIndexes(pool: pgDriver.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'i' AND relname LIKE 'homeostat\\_auto\\_%' AND obj_description(oid, 'pg_class') LIKE 'homeostat: kept%' ORDER BY 1",
  )
  return rows.map(({ name }) => name)
}

/** What an index does to statements: those that it helps, and those that it harms. Afterwards the index is gone. */
export async function changesBy(
  pool: pgDriver.Pool,
  name: string,
  statements: readonly Sent[],
): Promise<{ readonly helped: readonly string[]; readonly harmed: readonly string[]; readonly best: number }> {
  // A writer that is rolled back leaves pages that an index alone does not answer for: those who read come first.
  const isWriting = ({ text }: Sent): number => Number(text.startsWith('UPDATE'))
  const inOrder = statements.toSorted((a, b) => isWriting(a) - isWriting(b))
  await pool.query('VACUUM ANALYZE big')
  const withIt = await costs(pool, inOrder)
  await pool.query(`DROP INDEX ${name}`)
  await pool.query('VACUUM ANALYZE big')
  const without = await costs(pool, inOrder)
  const pairs = inOrder.map(({ text }, at) => ({ text, is: withIt[at]!, was: without[at]! }))
  const isWithin = (is: Cost, was: Cost, share: typeof HELPED): boolean =>
    is.ms < was.ms * share.ms || is.blocks < was.blocks * share.blocks
  const helped = pairs.filter(({ is, was }) => is.plan.includes(`"${name}"`) && isWithin(is, was, HELPED))
  // Pages alone may be more where time is less, and time alone differs by chance.
  const harmed = pairs.filter(
    ({ is, was }) => is.ms > was.ms * HARMED.ms + 0.5 && is.blocks > was.blocks * HARMED.blocks,
  )
  const best = Math.max(1, ...helped.map(({ is, was }) => was.ms / is.ms))
  return { helped: helped.map(({ text }) => text), harmed: harmed.map(({ text }) => text), best }
}

/** The least of some runs, each of them rolled back. */
async function costs(pool: pgDriver.Pool, statements: readonly Sent[]): Promise<Cost[]> {
  const client = await pool.connect()
  try {
    const found: Cost[] = []
    for (const { text, values = [] } of statements) {
      const runs: Cost[] = []
      for (let run = 0; run < REPEATS; run++) {
        await client.query('BEGIN')
        const { rows } = await client.query<Explained>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, [...values])
        await client.query('ROLLBACK')
        const [root] = rows[0]!['QUERY PLAN']
        const blocks = root.Plan['Shared Hit Blocks']! + root.Plan['Shared Read Blocks']!
        runs.push({ plan: JSON.stringify(root), blocks, ms: root['Execution Time'] })
      }
      found.push(runs.toSorted((a, b) => a.ms - b.ms)[0]!)
    }
    return found
  } finally {
    client.release()
  }
}

interface Explained {
  readonly 'QUERY PLAN': [{ readonly Plan: Readonly<Record<string, number>>; readonly 'Execution Time': number }]
}
