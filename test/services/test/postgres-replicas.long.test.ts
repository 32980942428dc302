import { expect, it } from 'vitest'
import { startPostgresReplicas } from '../src/index.ts'
import { leftovers, postgresTraces } from './traces.ts'

it('replicas crash, come back with their data, stop answering, are promoted, and leave nothing behind', async () => {
  const servers = await startPostgresReplicas({ database: 'shop' })
  const { primary, replicas } = servers
  const traces = await Promise.all([primary, ...replicas].map(({ url }) => postgresTraces(url)))
  await primary.query('CREATE TABLE orders AS SELECT generate_series(1, 100) AS id')
  await servers.caughtUp()
  const count = 'SELECT count(*)::int AS n FROM orders'
  for (const replica of replicas) expect(await replica.query(count)).toEqual([{ n: 100 }])
  const [first, second] = replicas
  await first!.crash()
  await expect(first!.query(count)).rejects.toThrow(/ECONNREFUSED/)
  await first!.start()
  expect(await first!.query(count)).toEqual([{ n: 100 }])
  await second!.pauseReplay()
  await primary.query('DELETE FROM orders')
  expect(await second!.query(count)).toEqual([{ n: 100 }])
  await second!.resumeReplay()
  await servers.caughtUp()
  expect(await second!.query(count)).toEqual([{ n: 0 }])
  await second!.freeze()
  second!.thaw()
  await first!.promote()
  await first!.query('INSERT INTO orders VALUES (1)')
  await second!.follow(first!)
  await expect.poll(() => second!.query(count).catch(() => []), { timeout: 30_000 }).toEqual([{ n: 1 }])
  await servers[Symbol.asyncDispose]()
  expect(await leftovers(traces, 0)).toEqual([])
})
