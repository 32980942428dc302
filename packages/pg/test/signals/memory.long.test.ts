import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Registry } from '@homeostat/signals'
import { expect, it } from 'vitest'
import { Database } from '../../src/signals/database.ts'
import type { Origin } from '../../src/signals/origin.ts'
import { RepeatedStatements } from '../../src/signals/repeated-statements.ts'
import type { RunningQueries } from '../../src/signals/running-queries.ts'
import { SlowQueries } from '../../src/signals/slow-queries.ts'
import { SlowStatements } from '../../src/signals/slow-statements.ts'

const MIB = 2 ** 20
const STATEMENTS = 100_000
const MOST = 500
const VALUE_BYTES = 10 * MIB

const origin: Origin = { address: 'db:5432/shop', Client: undefined, connectionOptions: () => ({}) }

function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

it('100,000 distinct statements with values of 10 MB leave no more behind than is allowed', () => {
  const registry = new Registry({ scope: { name: 'test', version: '0' } })
  const database = new Database('shop', registry)
  const queries = new SlowQueries(registry, MOST)
  const statements = new SlowStatements(MOST)
  const repeats = new RepeatedStatements()
  const large = Buffer.alloc(VALUE_BYTES, 'x')
  const before = usedBytes()
  for (let at = 0; at < STATEMENTS; at++) {
    // One in a thousand is a text of that length, or a small part of one, which would keep the whole alive.
    const whole = at % 1_000 === 0 ? large.toString('latin1') : undefined
    const text = `SELECT a${at} FROM t${at} WHERE id = $1 AND note = $2`
    const values =
      whole === undefined ? [at, large] : [at, at % 2_000 === 0 ? whole : whole.slice(at % 100, 100 + (at % 100))]
    const run = { text: whole !== undefined && at % 3_000 === 0 ? `${text} AND x = '${whole}'` : text, values }
    statements.add(
      {
        ...run,
        summary: queries.count(run.text, database),
        durationMs: 200 + at,
        origin,
        sentFor: `route /${at}`,
        rows: at,
      },
      at,
    )
    repeats.note({ request: statements, text: run.text, endedFor: `route /${at}` } as unknown as RunningQueries, at, 1)
  }
  const leftBytes = usedBytes() - before
  expect(statements.size).toBeLessThanOrEqual(MOST)
  const retained = statements.retained.bytes + queries.retained.bytes
  // The count is an upper bound, and the series of metrics come on top.
  expect(retained).toBeLessThan(4 * MIB)
  expect(leftBytes).toBeLessThan(8 * MIB)
  // All of it goes when nobody may retain anything any more.
  statements.clear()
  expect(statements.retained.bytes).toBe(0)
})
