import { describe, expect, it } from 'vitest'
import { ageOf } from '../gauges.ts'
import { NARROW, QueueBehindProxy, WHILE_MS, eventually, sleep } from './queue-behind-proxy.ts'

const app = new QueueBehindProxy()

describe('a user who may not run one command of the reading', () => {
  it.each([
    'EVAL',
    'TIME',
    'EXISTS',
    'LLEN',
    'LINDEX',
    'LRANGE',
    'HEXISTS',
    'HMGET',
    'ZCARD',
    'ZRANGE',
    'ZRANGEBYSCORE',
  ])('%s: one line names it', async command => {
    await app.setUser()
    const queue = app.queue(app.through(NARROW))
    await queue.add('a', {})
    await eventually(() => app.sizes()).toMatchObject({ waiting: 1 })
    await app.setUser(`-${command}`)
    await eventually(() => app.readingLines()).toHaveLength(1)
    await sleep(WHILE_MS)
    expect(app.readingLines()).toEqual([expect.stringMatching(new RegExp(`may not run .*\\b${command}\\b.*allow it`))])
    await app.setUser()
    await eventually(() => app.readingLines()).toHaveLength(2)
    app.expectPlain()
  })

  it.each(['ZCOUNT', 'GET', 'HGET', 'XREVRANGE'])('%s: the rest is reported without it', async command => {
    await app.setUser(`-${command}`)
    const queue = app.queue()
    await queue.add('a', {}, { timestamp: Date.now() - 60_000 })
    app.queue(app.through({ ...NARROW, skipVersionCheck: true }), { skipMetasUpdate: true })
    await eventually(() => app.sizes()).toMatchObject({ waiting: 1 })
    expect(ageOf(app.instrumentation, 'mail')).toBeGreaterThan(59)
    await sleep(WHILE_MS)
    expect(app.readingLines()).toEqual([])
  })
})
