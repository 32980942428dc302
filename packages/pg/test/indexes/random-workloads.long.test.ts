import { createRandom } from '@homeostat/signals/random'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { measureAdvice } from './measure-advice.ts'
import { randomWorkload } from './random-workload.ts'

// More with WORKLOADS=300, from another one with FIRST=1000.
const COUNT = Number(process.env['WORKLOADS'] ?? 8)
const FIRST = Number(process.env['FIRST'] ?? 1)
const ROWS = 60_000
const FEWEST_BLOCKS = 20
/** Hundreds of workloads take long. */
const REPORTED_EACH = 10
/** Of few statements, one or two make a large share. */
const LEAST_ALIKE = COUNT < 100 ? 0.9 : 0.95

describe('index advice for random tables and statements', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres({ hypopg: true, settings: { synchronous_commit: 'on' } })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
  })
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it('advises none that does not help, and the same without hypopg', async () => {
    const useless: string[] = []
    let [advised, statements, alike] = [0, 0, 0]
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const random = createRandom(seed)
      const workload = randomWorkload(random, ROWS)
      await pool.query(`DROP TABLE IF EXISTS big, small; SELECT setseed(${(seed % 1000) / 1000})`)
      for (const table of workload.tables) await pool.query(table)
      await pool.query('VACUUM ANALYZE big, small')
      for (const sent of workload.statements) {
        statements++
        await pool.query('DROP EXTENSION IF EXISTS hypopg')
        const without = (await receiptFor(pool, sent)).advice ?? []
        await pool.query('CREATE EXTENSION hypopg')
        const { advice = [] } = await receiptFor(pool, sent)
        if (bodiesOf(without).join() === bodiesOf(advice).join()) alike++
        else
          console.log(
            `seed ${seed}: ${sent.text} | ${bodiesOf(advice).join('; ')} | without hypopg: ${bodiesOf(without).join('; ')}`,
          )
        if (advice.length === 0) continue
        advised += advice.length
        const measured = await measureAdvice(pool, sent, advice)
        // One that reads so little was never slow, whatever the planner takes it for: values that are nowhere in the table.
        for (const each of measured.blocks < FEWEST_BLOCKS ? [] : measured.useless)
          useless.push(`seed ${seed}: ${sent.text}: ${each} (${measured.gain.toFixed(1)}x)`)
      }
      const done = seed + 1 - FIRST
      if (done % REPORTED_EACH !== 0 && done !== COUNT) continue
      console.log(
        `${done} workloads: ${advised} indexes advised for ${statements} statements, ${useless.length} that do not help, ${alike} the same without hypopg`,
        ...useless,
      )
    }
    expect(useless).toEqual([])
    expect(alike).toBeGreaterThanOrEqual(statements * LEAST_ALIKE)
  }, 3_600_000)
})
