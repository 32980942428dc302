import type { Advice } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { CASES, TABLES, type SlowCase } from './corpus.ts'

interface Answer {
  readonly name: string
  readonly advised: readonly string[]
  readonly isFound: boolean
  /** Indexes that were built and do not serve the plan. */
  readonly useless: readonly string[]
  /** How much less the statement reads with the advised indexes. */
  readonly gain: number | undefined
}

describe('index advice for slow statements', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres({ hypopg: true, settings: { work_mem: '16MB' } })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    for (const statement of TABLES) await pool.query(statement)
    await pool.query('VACUUM ANALYZE')
  }, 180_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const isFound = ({ best }: SlowCase, advised: readonly string[]): boolean =>
    best.length === advised.length && best.every(each => [each].flat().some(body => advised.includes(body)))

  /** Builds what was advised, has the statement executed and rolled back, and takes the indexes away again. */
  async function measure(
    { text, values, searchPath }: SlowCase,
    advice: readonly Advice[],
  ): Promise<{ useless: string[]; gain: number }> {
    const run = async (): Promise<{ plan: string; blocks: number; ms: number }> => {
      const client = await pool.connect()
      try {
        await client.query(`BEGIN; SET LOCAL search_path TO ${searchPath ?? 'public'}`)
        await client.query('SAVEPOINT warm')
        const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`
        await client.query(explained, [...(values ?? [])])
        await client.query('ROLLBACK TO warm')
        const { rows } = await client.query<{
          'QUERY PLAN': [{ Plan: Record<string, number>; 'Execution Time': number }]
        }>(explained, [...(values ?? [])])
        const [root] = rows[0]!['QUERY PLAN']
        const blocks = root.Plan['Shared Hit Blocks']! + root.Plan['Shared Read Blocks']!
        return { plan: JSON.stringify(root), blocks, ms: root['Execution Time'] }
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }
    const before = await run()
    const names: string[] = []
    for (const { statement } of advice)
      for (const each of statement!.split(';\n')) {
        await pool.query(each)
        const name = /^CREATE INDEX CONCURRENTLY IF NOT EXISTS (\S+)/.exec(each)?.[1]
        if (name) names.push(name)
      }
    // An expression gets statistics of its own.
    for (const { statement } of advice) await pool.query(`ANALYZE ${/ ON (?:ONLY )?(\S+)/.exec(statement!)![1]}`)
    const after = await run()
    // The check of a reference is not in the plan: what counts is that the statement is faster.
    const isReference = advice.some(({ why }) => why.includes('searched for references'))
    const isFaster = after.ms < before.ms * 0.7 || after.blocks < before.blocks / 2
    const isUsed = (name: string): boolean => isReference || after.plan.includes(`"${name}"`)
    const useless = isFaster
      ? advice.filter(({ statement }) => !names.some(name => statement!.includes(name) && isUsed(name)))
      : advice
    for (const { why } of advice) await pool.query(/undo it with (.*)$/.exec(why)![1]!)
    return { useless: useless.map(({ what }) => what), gain: before.ms / after.ms }
  }

  async function answer(slow: SlowCase): Promise<Answer> {
    const { advice = [] } = await receiptFor(pool, slow)
    const advised = bodiesOf(advice)
    const measured = advice.length === 0 ? { useless: [], gain: undefined } : await measure(slow, advice)
    return { name: slow.name, advised, isFound: isFound(slow, advised), ...measured }
  }

  const without = new Map<string, readonly string[]>()

  it('is right without hypopg in most cases', async () => {
    for (const slow of CASES) without.set(slow.name, bodiesOf((await receiptFor(pool, slow)).advice))
    const wrong = CASES.filter(slow => !isFound(slow, without.get(slow.name)!))
    for (const { name } of wrong)
      console.log(`without hypopg, not as by hand: ${name}: ${without.get(name)!.join('; ') || 'nothing'}`)
    console.log(`without hypopg: ${CASES.length - wrong.length} of ${CASES.length} as by hand`)
    expect(CASES.length - wrong.length).toBeGreaterThanOrEqual(CASES.length * 0.8)
  }, 180_000)

  it('finds the index that a person would make, and advises none that does not help', async () => {
    await pool.query('CREATE EXTENSION hypopg')
    const answers: Answer[] = []
    for (const slow of CASES) answers.push(await answer(slow))
    for (const { name, advised } of answers.filter(each => !each.isFound))
      console.log(`not as by hand: ${name}: ${advised.join('; ') || 'nothing'}`)
    const useless = answers.flatMap(({ name, useless: own }) => own.map(each => `${name}: ${each}`))
    const found = answers.filter(each => each.isFound).length
    const gains = answers.flatMap(({ gain }) => gain ?? []).toSorted((a, b) => a - b)
    const agree = answers.filter(({ name, advised }) => advised.join() === without.get(name)?.join()).length
    console.log(
      `with hypopg: ${found} of ${CASES.length} as by hand, ${useless.length} that do not help, median speed-up ${gains[gains.length >> 1]?.toFixed(0)}x`,
    )
    console.log(`the same without hypopg: ${agree} of ${CASES.length}`)
    expect(useless).toEqual([])
    expect(found).toBeGreaterThanOrEqual(CASES.length * 0.9)
  }, 300_000)
})
