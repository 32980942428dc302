import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openLoop } from '../src/load/open-loop.ts'
import { scheduleOf } from '../src/load/schedule.ts'
import { EVERYDAY, LOAD_MS, TROUBLES } from '../src/load/troubles.ts'
import { Visitors } from '../src/load/visitors.ts'

const streams = [...EVERYDAY, ...TROUBLES.flatMap(trouble => trouble.streams)]

describe('the schedule', () => {
  it('is the same for the same seed, and another one for another', () => {
    const [one, same, other] = [1, 1, 2].map(seed => scheduleOf(streams, seed, LOAD_MS))
    expect(same).toEqual(one)
    expect(other!.digest).not.toBe(one!.digest)
  })

  it('has all visits in order, within the load and their trouble, at the rate of their stream', () => {
    const { visits } = scheduleOf(streams, 3, LOAD_MS)
    const due = visits.map(({ dueMs }) => dueMs)
    expect(due).toEqual(due.toSorted((one, other) => one - other))
    expect(due.at(-1)).toBeLessThan(LOAD_MS)
    const sales = visits.filter(({ kind }) => kind === 'sale')
    expect(sales[0]!.dueMs).toBeGreaterThanOrEqual(105_000)
    // 3,000 on average; five standard deviations of a Poisson number are 274.
    expect(Math.abs(sales.length - 3000)).toBeLessThan(274)
  })
})

it('begins what a timer begins always the same time apart', () => {
  const { visits } = scheduleOf([{ kind: 'bill', pace: 'clock', perSecond: 2, fromMs: 1000, toMs: Infinity }], 1, 3000)
  expect(visits.map(({ dueMs }) => dueMs)).toEqual([1500, 2000, 2500])
})

/** A shop that answers everything after a while. */
async function slowShop(
  afterMs: number,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const answer = request.method === 'POST' ? JSON.stringify({ orderId: `order ${asked.length}` }) : 'page'
    setTimeout(() => response.writeHead(request.url === '/sale' ? 503 : 200).end(answer), afterMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('the load', () => {
  it('sends the same visits to a slow shop as to a fast one, whatever is under way, and counts their waits', async () => {
    await using fast = await slowShop(0)
    await using slow = await slowShop(400)
    await using toFast = new Visitors(fast.url)
    await using toSlow = new Visitors(slow.url)
    const { visits } = scheduleOf([{ kind: 'product', perSecond: 500, fromMs: 0, toMs: 300 }], 1, 300)
    await openLoop(visits, [toFast, toSlow], new AbortController().signal)
    expect(visits.length).toBeGreaterThan(50)
    expect(toSlow.sent).toEqual({ product: visits.length })
    expect(toFast.sent).toEqual(toSlow.sent)
    expect(slow.asked.toSorted()).toEqual(fast.asked.toSorted())
    expect(toSlow.waits).toHaveLength(visits.length)
    expect(Math.min(...toSlow.waits)).toBeGreaterThanOrEqual(399)
  })

  it('knows each order by its id, and when it was accepted', async () => {
    await using shop = await slowShop(0)
    await using visitors = new Visitors(shop.url)
    const { visits } = scheduleOf([{ kind: 'buy', perSecond: 100, fromMs: 0, toMs: 100 }], 1, 100)
    const startedAt = Date.now()
    await openLoop(visits, [visitors], new AbortController().signal)
    expect([...visitors.paidAt.keys()].toSorted()).toEqual(visits.map((_, index) => `order ${index + 1}`).toSorted())
    expect(Math.min(...visitors.paidAt.values())).toBeGreaterThanOrEqual(startedAt)
    expect(visitors.failures).toBe(0)
  })

  it('ends early when its condition for that holds, and returns how many visits it has begun', async () => {
    await using shop = await slowShop(0)
    await using visitors = new Visitors(shop.url)
    const { visits } = scheduleOf([{ kind: 'product', perSecond: 100, fromMs: 0, toMs: 60_000 }], 1, 60_000)
    const { begun } = await openLoop(visits, [visitors], new AbortController().signal, elapsedMs => elapsedMs > 100)
    expect(visitors.sent).toEqual(begun === 0 ? {} : { product: begun })
    expect(begun).toBeLessThan(visits.length)
  })

  it('counts answers that are errors, and visits that get none, as failures', async () => {
    await using shop = await slowShop(0)
    await using visitors = new Visitors(shop.url)
    const { visits } = scheduleOf([{ kind: 'sale', perSecond: 100, fromMs: 0, toMs: 100 }], 1, 100)
    await openLoop(visits, [visitors], new AbortController().signal)
    expect(visitors.failures).toBe(visits.length)
    await shop[Symbol.asyncDispose]()
    await openLoop(visits, [visitors], new AbortController().signal)
    expect(visitors.failures).toBe(2 * visits.length)
    expect(visitors.waits).toHaveLength(2 * visits.length)
  })
})
