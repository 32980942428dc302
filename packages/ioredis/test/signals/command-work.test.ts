import { startRedis, type Redis as Server } from '@homeostat/services'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IORedisInstrumentation } from '../../src/index.ts'
import { majors } from '../clients.ts'

let server: Server
beforeAll(async () => void (server = await startRedis()))
afterAll(() => server.stop())

describe.each(majors)('$major', ({ Redis }) => {
  it('commands are credited to the work that sends them, until their reply', async () => {
    const instrumentation = new IORedisInstrumentation()
    instrumentation.enable()
    const redis = new Redis(server.url)
    // Sent while it connects: from the offline queue, once.
    const [waits, pipelines, fails] = [new WorkUnit({}), new WorkUnit({}), new WorkUnit({})]
    const key = crypto.randomUUID()
    await runAsWork(waits, () => redis.blpop(key, 0.2))
    expect(waits.redisMs).toBeGreaterThanOrEqual(190)
    const one = performance.now()
    await runAsWork(pipelines, async () => {
      const pipeline = redis.pipeline()
      for (let i = 0; i < 200; i++) pipeline.get(key)
      await pipeline.exec()
    })
    // 200 commands wait together.
    expect(pipelines.redisMs).toBeLessThanOrEqual(performance.now() - one)
    expect(pipelines.redisMs).toBeGreaterThan(0)
    await runAsWork(fails, () => redis.call('NONSENSE').catch(() => undefined))
    expect(fails.redisMs).toBeGreaterThan(0)
    const before = waits.redisMs
    await redis.get(key)
    expect(waits.redisMs).toBe(before)
    // A lost connection ends a command as well: this one would wait for a minute.
    const lost = new WorkUnit({})
    const ended = runAsWork(lost, () => redis.blpop(key, 60).catch(() => undefined))
    redis.disconnect()
    await ended
    const afterLoss = lost.redisMs
    lost.end(performance.now() + 60_000)
    expect(lost.redisMs).toBe(afterLoss)
    instrumentation.disable()
  })
})
