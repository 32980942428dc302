import { expect, test } from 'vitest'
import { chooseStateStore } from '../../src/engines.ts'
import { cache, engines, queues, shop } from '../server-candidates.ts'

test('state is kept where processes coordinate: in the Redis, else in the Postgres', () => {
  expect(chooseStateStore([shop, cache], engines)).toEqual({ candidate: cache })
  expect(chooseStateStore([shop], engines)).toEqual({ candidate: shop })
})

test('it chooses none of several servers, and gives the reason', () => {
  expect(chooseStateStore([cache, queues], engines)).toEqual({
    none: '2 Redis servers are in use (cache:6379/0, queues:6379/0); choose the one that keeps state',
  })
})
