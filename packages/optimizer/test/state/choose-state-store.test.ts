import { expect, test } from 'vitest'
import { chooseStateStore, type StateStoreCandidate } from '../../src/index.ts'

const candidate = (engine: StateStoreCandidate['engine'], address: string): StateStoreCandidate => ({
  engine,
  address,
  create: () => {
    throw new Error('choosing creates nothing')
  },
})
const cache = candidate('redis', 'cache:6379/0')
const shop = candidate('postgres', 'db:5432/shop')

test('state is kept where processes coordinate: in the Redis, else in the Postgres', () => {
  expect(chooseStateStore([shop, cache])).toEqual({ candidate: cache })
  expect(chooseStateStore([shop])).toEqual({ candidate: shop })
})

test('of several servers none is chosen, and what has to be said is said', () => {
  const queues = candidate('redis', 'queues:6379/0')
  expect(chooseStateStore([cache, queues])).toEqual({
    none: '2 servers of redis are in use; say which one keeps state',
  })
})
