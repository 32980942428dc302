import { createRandom } from '@homeostat/signals/random'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createQueryCreateIndex } from '../../../src/domain.ts'
import { PgInstrumentation } from '../../../src/index.ts'
import { randomWorkload } from '../../indexes/random-workload.ts'
import { changesBy, keptIndexes } from './kept-index.ts'
import type { Sent } from '../../indexes/advice-of.ts'
import { CALLS, QUICK } from './acting-database.ts'
import { VirtualTime } from './virtual-time.ts'

// More with WORKLOADS=300, from another one with FIRST=1000.
const COUNT = Number(process.env['WORKLOADS'] ?? 4)
const FIRST = Number(process.env['FIRST'] ?? 1)
const ROWS = 25_000
/** Calls after which the slow statements are known. */
const WARM_UP = 60
const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }

describe('acting on random tables and statements', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres({ hypopg: true })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 9 }).on('error', () => {})
  })
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it('keeps no index that harms or does not help', async () => {
    const wrong: string[] = []
    let [built, kept, gained] = [0, 0, 0]
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const workload = randomWorkload(createRandom(seed), ROWS)
      await pool.query(`DROP TABLE IF EXISTS big, small, homeostat_index; SELECT setseed(${(seed % 1000) / 1000})`)
      for (const table of workload.tables) await pool.query(table)
      await pool.query('VACUUM ANALYZE big, small')
      await pool.query(seed % 2 === 0 ? 'DROP EXTENSION IF EXISTS hypopg' : 'CREATE EXTENSION IF NOT EXISTS hypopg')
      const instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 2 })
      instrumentation.enable()
      const time = new VirtualTime()
      const action = createQueryCreateIndex(instrumentation, { ...QUICK, ...CALLS }, {}, undefined, time)
      const over = new AbortController()
      const isWriting = ({ text }: Sent): boolean => text.startsWith('UPDATE')
      const send = async (statements: readonly Sent[], pauseMs: number): Promise<void> => {
        while (!over.signal.aborted) {
          for (const { text, values = [] } of statements) {
            await pool.query(text, [...values])
            time.pass()
          }
          await new Promise(resolve => setTimeout(resolve, pauseMs))
        }
      }
      // Writers leave dead rows, which would slow all down, and two of them would wait for each other.
      const sending = [
        ...workload.statements.filter(each => !isWriting(each)).map(each => send([each], 10)),
        send(workload.statements.filter(isWriting), 100),
      ]
      await time.sleep(WARM_UP, { signal: over.signal })
      const signal = AbortSignal.timeout(180_000)
      const { effects } = await action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
      built += effects['built'] ?? 0
      over.abort()
      await Promise.all(sending)
      instrumentation.disable()
      for (const name of await keptIndexes(pool)) {
        kept++
        const { harmed, helped, best } = await changesBy(pool, name, workload.statements)
        gained += best
        const where = `seed ${seed}: ${name}`
        if (helped.length === 0) wrong.push(`${where} helps nothing`)
        wrong.push(...harmed.map(text => `${where} harms ${text}`))
      }
      if ((seed - FIRST + 1) % 25 === 0)
        console.log(`${seed - FIRST + 1} workloads: ${built} built, ${kept} kept`, wrong)
    }
    console.log(
      `${COUNT} workloads: ${built} built, ${kept} kept, ${(gained / Math.max(1, kept)).toFixed(1)} times faster on average`,
    )
    expect(wrong).toEqual([])
    expect(kept).toBeGreaterThan(0)
  }, 7_200_000)
})
