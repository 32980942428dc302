// Sends the statements that lack an index, and acts once it is asked to. The address of the database is its argument.
import pgDriver from 'pg'
import { createQueryCreateIndex } from '../../../src/domain.ts'
import { PgInstrumentation } from '../../../src/index.ts'

const instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 1 })
instrumentation.enable()
const pool = new pgDriver.Pool({ connectionString: process.argv[2], max: 2 }).on('error', () => {})
const action = createQueryCreateIndex(instrumentation, {
  schemas: ['public'],
  window: '00:00-00:00',
  minIntervalMs: 0,
  baselineMs: 1500,
  verifyMs: 1500,
})

process.on('disconnect', () => process.exit())
const isKnown = (): boolean => instrumentation.slowStatements.top(1).some(({ count }) => count > 3)
const send = async (): Promise<void> => {
  await pool.query('SELECT * FROM orders WHERE customer_id = $1', [Math.floor(Math.random() * 20_000)])
  await new Promise(resolve => setTimeout(resolve, 5))
}
while (!isKnown()) await send()
process.once('message', () => {
  const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
  const context = { firing, options: undefined, now: Date.now(), signal: AbortSignal.timeout(60_000), sliceMs: 5 }
  void action.run(context).then(({ effects, problems }) => process.send?.({ effects, problems }))
})
process.send?.('ready')
for (;;) await send()
