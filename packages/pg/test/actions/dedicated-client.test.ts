import { describe, expect, it } from 'vitest'
import { describeProblem } from '../../src/actions/problem.ts'
import { ExaminedDatabase } from '../indexes/examined-database.ts'

describe('the connection that statements are examined on', () => {
  const db = new ExaminedDatabase(['CREATE TABLE item (id int)'])

  it('has limits on the server, in each transaction and not behind it', async () => {
    const client = await db.connect()
    const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
    const read = async (): Promise<unknown[]> => {
      const rows = await client.query('SELECT current_setting(name) AS value FROM unnest($1::text[]) name', [limits])
      return rows.map(({ value }) => value)
    }
    const usual = await read()
    expect(await client.inReadOnlyTransaction(read)).toEqual(['2s', '200ms', '5s'])
    expect(await read()).toEqual(usual)
    await client.close()
  })

  it('loses its locks by itself when nobody goes on with it', async () => {
    const client = await db.connect()
    const outcome = client
      .inReadOnlyTransaction(async () => {
        await client.query("SELECT set_config('idle_in_transaction_session_timeout', '50ms', true)")
        await client.query('SELECT * FROM item')
        // The lock is taken as soon as the server has ended the transaction.
        await db.pool.query('BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE; COMMIT')
        return client.query('SELECT 1')
      })
      .catch((error: unknown) => describeProblem('SLOW', error))
    expect(await outcome).toMatch(/^SLOW: /)
    await client.close()
  })
})
