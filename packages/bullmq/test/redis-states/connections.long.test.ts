import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { jobsOf } from '../gauges.ts'
import { POLL_MS, QueueBehindProxy, WHILE_MS, eventually, sleep } from './queue-behind-proxy.ts'

const app = new QueueBehindProxy()

it('queues with the same trouble share a line, and so does their recovery', async () => {
  const queues = ['a', 'b', 'c'].map(name => app.queue(app.through(), { name }))
  for (const queue of queues) await queue.waitUntilReady()
  for (const { name } of queues) await eventually(() => jobsOf(app.instrumentation, name)).toBeDefined()
  app.proxy.set('cut')
  await eventually(() => app.readingLines()).toHaveLength(1)
  await sleep(WHILE_MS)
  expect(app.readingLines()).toEqual([expect.stringMatching(/the queue a and 2 more: its Redis cannot be reached/)])
  app.proxy.set('open')
  await eventually(() => app.readingLines().slice(1).join()).toMatch(/read again, after \d+ s: the queue . and 2 more/)
})

it('a Redis that goes up and down fills no log', async () => {
  const queue = app.queue()
  await queue.waitUntilReady()
  await eventually(() => app.sizes()).toBeDefined()
  for (let round = 0; round < 4; round++) {
    app.proxy.set('cut')
    await sleep(8 * POLL_MS)
    app.proxy.set('open')
    await sleep(8 * POLL_MS)
  }
  expect(app.readingLines().length).toBeLessThanOrEqual(2)
})

it('a client that the application closes under its queue is one line with the remedy', async () => {
  const client = new Redis({ port: app.proxy.port, maxRetriesPerRequest: null })
  const queue = app.queue(client as never)
  await eventually(() => app.sizes()).toBeDefined()
  client.disconnect()
  await eventually(() => app.readingLines()).toHaveLength(1)
  await sleep(WHILE_MS)
  expect(app.readingLines()).toEqual([
    expect.stringMatching(/was closed and is not opened again; close the Queue or Worker/),
  ])
  await queue.close()
})

it('a client that the application has not connected yet is not read, and nothing is reported', async () => {
  const client = new Redis({ port: app.proxy.port, maxRetriesPerRequest: null, lazyConnect: true })
  app.open.push({ close: async () => client.disconnect() })
  app.queue(client as never)
  await sleep(WHILE_MS)
  expect(app.readingLines()).toEqual([])
})

it('a queue is read on another of its connections where one was closed', async () => {
  const clients = [1, 2].map(() => new Redis({ port: app.proxy.port, maxRetriesPerRequest: null }))
  app.open.push({ close: async () => clients[1]!.disconnect() })
  const queues = clients.map(client => app.queue(client as never))
  for (const queue of queues) await queue.waitUntilReady()
  await eventually(() => app.sizes()).toMatchObject({ waiting: 0 })
  clients[0]!.disconnect()
  await queues[1]!.add('a', {})
  await eventually(() => app.sizes()).toMatchObject({ waiting: 1 })
  await sleep(WHILE_MS)
  expect(app.sizes()).toMatchObject({ waiting: 1 })
  expect(app.readingLines()).toEqual([])
})
