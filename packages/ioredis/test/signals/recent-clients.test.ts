import { expect, it } from 'vitest'
import { RecentClients } from '../../src/signals/recent-clients.ts'
import type { RedisClient } from '../../src/signals/reply-handler.ts'

const client = (host: string, status = 'ready'): RedisClient =>
  ({ options: { host }, status }) as unknown as RedisClient
const hostOf = ({ options }: RedisClient): string => String(options?.host)

it('knows each server in use, whichever has more clients and whichever was met first', () => {
  const clients = new RecentClients(hostOf)
  const cache = client('cache')
  clients.add(cache)
  const queues = Array.from({ length: 100 }, () => client('queues'))
  for (const each of queues) clients.add(each)
  expect(clients.all()).toHaveLength(32)
  expect(new Set(clients.all().map(hostOf))).toEqual(new Set(['cache', 'queues']))
  expect(clients.all().at(-1)).toBe(queues[99])
})

it('gives the places of closed clients to others first', () => {
  const clients = new RecentClients(hostOf)
  const [first, ...others] = Array.from({ length: 40 }, (_, n) => client(`host${n}`, n < 20 ? 'end' : 'ready'))
  for (const each of [first!, ...others]) clients.add(each)
  expect(clients.all()).toHaveLength(20)
})

it('forgets the oldest server when there are more servers than it remembers clients', () => {
  const clients = new RecentClients(hostOf)
  for (let n = 0; n < 50; n++) clients.add(client(`host${n}`))
  expect(clients.all().map(hostOf)).toEqual(Array.from({ length: 32 }, (_, n) => `host${n + 18}`))
})
