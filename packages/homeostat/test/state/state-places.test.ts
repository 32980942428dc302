import { join } from 'node:path'
import type { StateStore } from '@homeostat/optimizer'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { beforeEach, expect, test } from 'vitest'
import { Life, machine, savedAt, Server, type Machine } from '../life.ts'

let on: Machine
let file: StateStore
let cache: Server
let shop: Server

beforeEach(async () => {
  on = await machine()
  file = createFileStateStore({ folder: on.folder })
  cache = new Server(on, 'redis', 'cache')
  shop = new Server(on, 'postgres', 'shop')
})

test('it is kept in the Redis that the application uses, else in its Postgres, else in a file', async () => {
  const life = await Life.started(on)
  await life.learns('in a file')
  await life.uses(shop)
  await life.learns('in Postgres')
  await life.uses(cache)
  await life.learns('in Redis')
  expect([await savedAt(file), await savedAt(shop.store), await savedAt(cache.store)]).toEqual([
    'in a file',
    'in Postgres',
    'in Redis',
  ])
  await life.ends()
  expect([cache.open, shop.open]).toEqual([0, 0])
})

test('a restart finds what was saved last, wherever that was, as soon as the place is known', async () => {
  await (await Life.started(on)).learns('first, in a file')
  on.now += 1000
  await (await Life.started(on, cache)).learns('then, in Redis')

  const next = await Life.started(on)
  expect(next.learned).toBe('first, in a file')
  await next.uses(cache)
  expect(next.learned).toBe('then, in Redis')

  on.now += 1000
  await (await Life.started(on)).learns('at last, in a file')
  expect((await Life.started(on, cache)).learned).toBe('at last, in a file')
})

test('a server that is first seen when it is time to save is read before it is written', async () => {
  await (await Life.started(on, cache)).learns('days of work')
  const next = await Life.started(on)
  next.servers.push(cache)
  await next.state.save()
  expect(next.learned).toBe('days of work')
  expect(await savedAt(cache.store)).toBe('days of work')
})

test('the state of a server is offered even if less was saved elsewhere before the server was found', async () => {
  await (await Life.started(on, cache)).learns('old')
  on.now += 1000
  const life = await Life.started(on)
  await life.learns('new')
  await life.uses(cache)
  expect(life.offered).toEqual(['old'])
  expect(life.learned).toBe('new')
})

test('while a server is away, a file takes it, and nothing at the server is written that was not read before', async () => {
  const before = await Life.started(on, cache)
  await before.learns('days of work')
  await before.ends()
  cache.isAway = true
  on.now += 1000
  const life = await Life.started(on, cache)
  await life.state.look()
  expect(life.errors).toHaveLength(1)
  await life.learns('a minute of work')
  expect(life.errors).toHaveLength(2)
  expect(await savedAt(file)).toBe('a minute of work')
  expect(await savedAt(cache.store)).toBe('days of work')

  cache.isAway = false
  await life.learns('more work')
  expect(await savedAt(cache.store)).toBe('more work')
  await life.ends()
  expect(cache.open).toBe(0)
})

test('with two servers of one engine neither is used, which is reported once, and a file keeps the state', async () => {
  const queues = new Server(on, 'redis', 'queues')
  const life = await Life.started(on, cache, queues, shop)
  await life.learns('a')
  await life.learns('b')
  expect(await savedAt(file)).toBe('b')
  expect([await savedAt(cache.store), await savedAt(queues.store), await savedAt(shop.store)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(life.errors).toMatchObject([
    {
      code: 'HOMEOSTAT_STATE_PLACE_UNKNOWN',
      message:
        '2 Redis servers are in use (cache, queues); choose the one that keeps state, as an object in the option stateStore; until then it is kept in a file',
    },
  ])
})

test('a store that was given is the only place', async () => {
  const given = createFileStateStore({ folder: join(on.folder, 'given') })
  const life = new Life(on, [cache], given)
  await life.state.start()
  await life.learns('a')
  expect([await savedAt(given), await savedAt(cache.store), await savedAt(file)]).toEqual(['a', undefined, undefined])
})

test('a domain that fails to list its servers does not prevent the state from being saved', async () => {
  const life = await Life.started(on)
  life.servers.push({
    get candidate(): never {
      throw new Error('no idea')
    },
  } as unknown as Server)
  await life.learns('a')
  expect(await savedAt(file)).toBe('a')
  expect(life.errors).toMatchObject([{ message: 'no idea' }])
})
