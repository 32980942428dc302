import { describe, expect, it } from 'vitest'
import { ageOf } from '../gauges.ts'
import { QueueBehindProxy, WHILE_MS, eventually, sleep } from './queue-behind-proxy.ts'

const app = new QueueBehindProxy()

describe('a key of another type than BullMQ writes', () => {
  it.each(['wait', 'paused', 'active', 'delayed', 'prioritized', 'waiting-children', 'failed', 'meta'])(
    '%s: one line, and the sizes are back when it is gone',
    async part => {
      const queue = app.queue()
      await queue.add('a', {})
      await eventually(() => app.sizes()).toMatchObject({ waiting: 1 })
      const key = queue.toKey(part)
      await app.admin.rename(key, `${key}-kept`).catch(() => {})
      await app.admin.set(key, 'a text')
      await eventually(() => app.readingLines()).toHaveLength(1)
      await sleep(WHILE_MS)
      expect(app.readingLines()).toEqual([expect.stringMatching(/holds another type .* same prefix \(WRONGTYPE\)/)])
      await app.admin.del(key)
      await app.admin.rename(`${key}-kept`, key).catch(() => {})
      await eventually(() => app.readingLines()).toHaveLength(2)
      app.expectPlain()
    },
  )

  it.each(['events', 'id'])('%s: the rest is reported without it', async part => {
    const queue = app.queue()
    await queue.add('a', {})
    await app.admin.del(queue.toKey(part))
    await app.admin.hset(queue.toKey(part), 'a', 'text')
    await eventually(() => app.sizes()).toMatchObject({ waiting: 1 })
    await sleep(WHILE_MS)
    expect(app.readingLines()).toEqual([])
  })

  it('a job: the others are reported', async () => {
    const queue = app.queue()
    const job = await queue.add('odd', {}, { timestamp: Date.now() - 90_000 })
    await queue.add('a', {}, { timestamp: Date.now() - 60_000 })
    await app.admin.del(queue.toKey(job.id!))
    await app.admin.set(queue.toKey(job.id!), 'a text')
    await eventually(() => ageOf(app.instrumentation, 'mail')).toBeGreaterThan(59)
    expect(ageOf(app.instrumentation, 'mail')).toBeLessThan(90)
    expect(app.readingLines()).toEqual([])
  })
})
