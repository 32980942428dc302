import type { Advice } from '@homeostat/optimizer'
import type pgDriver from 'pg'
import type { Sent } from './advice-of.ts'

/** What building the advised indexes did to a statement. */
export interface Measured {
  /** Advice that the plan does not use, or all of it where the statement is not faster. */
  readonly useless: readonly string[]
  /** How many times faster the statement is. */
  readonly gain: number
  /** The pages that the statement read before. */
  readonly blocks: number
}

interface Explained {
  readonly 'QUERY PLAN': [{ Plan: Record<string, number>; 'Execution Time': number }]
}

const REPEATS = 4

interface Run {
  readonly plan: string
  readonly blocks: number
  readonly ms: number
}

/** Builds what was advised, has the statement executed and rolled back before and after, and undoes the advice as it says. */
export async function measureAdvice(pool: pgDriver.Pool, sent: Sent, advice: readonly Advice[]): Promise<Measured> {
  const tables = new Set(advice.map(({ statement }) => / ON (?:ONLY )?(\S+)/.exec(statement!)![1]!))
  const before = await run(pool, sent)
  // What a writer leaves behind when it is rolled back would be read afterwards.
  if (!/^(?:SELECT|WITH)/i.test(sent.text)) for (const table of tables) await pool.query(`VACUUM ${table}`)
  const names: string[] = []
  for (const { statement } of advice)
    for (const each of statement!.split(';\n')) {
      // Nobody writes here, and it takes half the time.
      await pool.query(each.replace(' CONCURRENTLY', ''))
      const name = /^CREATE INDEX CONCURRENTLY IF NOT EXISTS (\S+)/.exec(each)?.[1]
      if (name) names.push(name)
    }
  // An expression gets statistics of its own.
  for (const table of tables) await pool.query(`ANALYZE ${table}`)
  const after = await run(pool, sent)
  // The check of a reference is not in the plan: what counts is that the statement is faster.
  const isReference = advice.some(({ why }) => why.includes('searched for references'))
  const isFaster = after.ms < before.ms * 0.7 || after.blocks < before.blocks / 2
  const isUsed = (name: string): boolean => isReference || after.plan.includes(`"${name}"`)
  const useless = isFaster
    ? advice.filter(({ statement }) => !names.some(name => statement!.includes(name) && isUsed(name)))
    : advice
  for (const { why } of advice) await pool.query(/undo it with (.*)$/.exec(why)![1]!)
  return { useless: useless.map(({ what }) => what), gain: before.ms / after.ms, blocks: before.blocks }
}

/** The fastest of some runs: others of the machine slow some of them down. */
async function run(pool: pgDriver.Pool, { text, values = [], searchPath = 'public' }: Sent): Promise<Run> {
  const client = await pool.connect()
  try {
    await client.query(`BEGIN; SET LOCAL search_path TO ${searchPath}; SAVEPOINT warm`)
    const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`
    const runs: Run[] = []
    // The first warms.
    for (let at = 0; at <= REPEATS; at++) {
      const { rows } = await client.query<Explained>(explained, [...values])
      await client.query('ROLLBACK TO warm')
      const [root] = rows[0]!['QUERY PLAN']
      const blocks = root.Plan['Shared Hit Blocks']! + root.Plan['Shared Read Blocks']!
      runs.push({ plan: JSON.stringify(root), blocks, ms: root['Execution Time'] })
    }
    return runs.slice(1).toSorted((a, b) => a.ms - b.ms)[0]!
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}
