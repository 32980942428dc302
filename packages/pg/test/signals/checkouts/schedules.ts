import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createRandom } from '@homeostat/signals/random'
import pg from 'pg'
import { expect } from 'vitest'
import type { PgInstrumentation } from '../../../src/index.ts'
import { level, points } from '../../collected.ts'

const NAME = 'db.client.connection.pool.name'

/** What the test knows about a pool because it has done it itself. */
interface Oracle {
  /** Connections that were lent, that came back, and calls that were answered with a timeout. */
  lent: number
  returned: number
  timeouts: number
}

const NOTHING = { lent: 0, returned: 0, timeouts: 0, held: 0 }

/** Runs a random schedule on a pool of its own, and compares what is reported with what was done, after every step. */
export async function runSchedule(url: string, instrumentation: PgInstrumentation, seed: number): Promise<number> {
  const random = createRandom(seed)
  const max = 1 + Math.floor(random() * 3)
  const connectionTimeoutMillis = random() < 0.5 ? 30 : 0
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis, idleTimeoutMillis: 0 })
  pool.on('error', () => {})
  const name = `schedule ${seed}`
  pools.set(pool, name)
  const oracle: Oracle = { lent: 0, returned: 0, timeouts: 0 }
  const held: pg.PoolClient[] = []
  const open = new Set<Promise<unknown>>()
  const track = (promise: Promise<unknown>): void => {
    const settled = promise.catch((error: Error) => {
      if (/timeout/i.test(error.message)) oracle.timeouts++
      else if (!/ended|terminated|end on the pool/i.test(error.message)) throw error
    })
    open.add(settled)
    void settled.finally(() => open.delete(settled))
  }
  const got = (client: pg.PoolClient): void => {
    oracle.lent++
    held.push(client)
  }
  const giveBack = (error?: Error): void => {
    const [client] = held.splice(Math.floor(random() * held.length), 1)
    if (client === undefined) return
    client.release(error)
    oracle.returned++
  }
  const steps = [
    () => track(pool.connect().then(got)),
    () =>
      track(
        new Promise<void>((resolve, reject) => {
          pool.connect((error, client) => {
            if (error || client === undefined) return reject(error)
            got(client)
            resolve()
          })
        }),
      ),
    () =>
      track(
        (async () => {
          await pool.query('SELECT 1')
          oracle.lent++
          oracle.returned++
        })(),
      ),
    () => giveBack(),
    () => giveBack(),
    () => giveBack(new Error('broken')),
    () => (held.length > 0 ? track(held[0]!.query('SELECT 1')) : undefined),
  ]
  let compared = 0
  const compare = async (): Promise<void> => {
    const found = (): object => ({
      reported: reported(instrumentation, name),
      // A pool that has ended is forgotten.
      done: pool.ended ? NOTHING : { ...oracle, held: held.length },
    })
    // What is on its way arrives, except for calls that wait for a connection of a pool that has none left.
    await expect
      .poll(found, { timeout: 5000, interval: 1 })
      .toSatisfy(({ reported: report, done }: Record<string, object>) => isDeepStrictEqual(report, done))
    compared++
  }
  const endAt = random() < 0.3 ? Math.floor(random() * 30) : Number.POSITIVE_INFINITY
  for (let step = 0; step < 30; step++) {
    if (step === endAt) void pool.end()
    else steps[Math.floor(random() * steps.length)]!()
    if (random() < 0.3) await sleep(random() * 40)
    // Not while a query of the pool itself runs.
    if (step % 3 === 2 && open.size === pool.waitingCount) await compare()
  }
  // A pool that ends never answers the calls that still wait.
  while (held.length > 0 || !(pool.ending ? pool.ended : open.size === 0)) {
    if (held.length > 0) giveBack()
    else await sleep(5)
  }
  await compare()
  if (!pool.ending) await pool.end()
  expect(reported(instrumentation, name)).toEqual(NOTHING)
  return compared
}

/** The names of the pools of the schedules. */
export const pools = new WeakMap<object, string>()

function reported(instrumentation: PgInstrumentation, name: string): Oracle & { held: number } {
  const count = (metric: string): number => {
    const point = points(instrumentation, metric).find(({ attributes }) => attributes[NAME] === name)
    const value = point?.value ?? 0
    return typeof value === 'number' ? value : value.count
  }
  return {
    lent: count('db.client.connection.wait_time'),
    held: instrumentation.holdings(name).length,
    returned: count('db.client.connection.use_time'),
    timeouts: level(instrumentation, 'db.client.connection.timeouts', { [NAME]: name }) ?? 0,
  }
}
