import { expect, it } from 'vitest'
import type { CoordinatorCandidate } from '../../src/index.ts'
import { chooseCoordinator } from '../../src/index.ts'

const candidate = (engine: CoordinatorCandidate['engine'], address: string): CoordinatorCandidate => ({
  engine,
  address,
  create: () => {
    throw new Error('choosing creates nothing')
  },
})
const cache = candidate('redis', 'cache:6379/0')
const shop = candidate('postgres', 'db:5432/shop')

it('takes the Redis of the application, whatever else it uses', () => {
  expect(chooseCoordinator([shop, cache])).toEqual({ candidate: cache })
})

it('takes its Postgres when there is no Redis', () => {
  expect(chooseCoordinator([shop])).toEqual({ candidate: shop })
})

it('takes one of several clients of the same server', () => {
  expect(chooseCoordinator([cache, { ...cache }])).toEqual({ candidate: cache })
})

it('chooses nothing where two processes could choose differently', () => {
  const queues = candidate('redis', 'queues:6379/0')
  expect(chooseCoordinator([cache, queues, shop])).toEqual({
    none: '2 servers of redis are in use; say which one coordinates',
  })
})

it('says why there is none', () => {
  expect(chooseCoordinator([])).toEqual({ none: 'neither a Redis nor a Postgres client has been seen or was given' })
})
