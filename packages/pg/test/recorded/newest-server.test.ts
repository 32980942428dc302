import { createReadStream } from 'node:fs'
import { expect, it } from 'vitest'
import { adviseOnRecorded, type RecordedAdvice, type RecordedAdviceOptions } from '../../src/advice.ts'
import { RecordedDatabase } from './recorded-database.ts'

// What older servers write otherwise: lists in pg_stat_statements, and the detail of a message.
const db = new RecordedDatabase({ from: ['embedded'] })

const advise = (options: RecordedAdviceOptions = {}): Promise<RecordedAdvice> =>
  adviseOnRecorded({ connection: { connectionString: db.server.url }, ...options })

it('reads the shortened lists of pg_stat_statements', async () => {
  expect(Number.parseInt(db.server.version)).toBeGreaterThanOrEqual(18)
  await db.send("SELECT id FROM sale WHERE code IN ('a', 'b', 'c') LIMIT 5")
  const { rows } = await db.pool.query("SELECT query FROM pg_stat_statements WHERE query LIKE '%IN (%...%'")
  expect(rows).toHaveLength(1)
  expect(await advise()).toMatchObject({ problems: [], indexes: [{ definition: '(code)', valuesAreKnown: false }] })
})

it.each(['log', 'csv', 'json'])('reads the values of a log in the format %s', async ending => {
  await db.send('SELECT * FROM sale WHERE buyer_id = $1 /* last */', [7])
  await db.logged('/* last */')
  const { indexes } = await advise({ log: createReadStream(db.logFile(ending)) })
  expect(indexes.find(({ definition }) => definition === '(buyer_id)')).toMatchObject({ valuesAreKnown: true })
})
