import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { measureAdvice } from './measure-advice.ts'
import { CASES, TABLES } from './corpus.ts'
import type { SlowCase } from './corpus/slow-case.ts'
import { runInOrder } from './run-in-order.ts'

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
    db = await startPostgres({
      hypopg: true,
      settings: { work_mem: '16MB', maintenance_work_mem: '256MB', shared_buffers: '512MB' },
    })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    await runInOrder(pool, [...TABLES, 'VACUUM ANALYZE'])
  }, 600_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const isFound = ({ best, maybe = [] }: SlowCase, advised: readonly string[]): boolean => {
    const needed = advised.filter(body => !maybe.includes(body))
    return best.length === needed.length && best.every(each => [each].flat().some(body => needed.includes(body)))
  }

  async function answer(slow: SlowCase): Promise<Answer> {
    const { advice = [] } = await receiptFor(pool, slow)
    const advised = bodiesOf(advice)
    const measured = advice.length === 0 ? { useless: [], gain: undefined } : await measureAdvice(pool, slow, advice)
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
  }, 600_000)

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
  }, 1_800_000)
})
