import { expect, it } from 'vitest'
import { chooseCoordinator } from '../../src/engines.ts'
import { cache, queues, shop } from '../server-candidates.ts'

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
  expect(chooseCoordinator([cache, queues, shop])).toEqual({
    none: '2 Redis servers are in use (cache:6379/0, queues:6379/0); choose the one that coordinates',
  })
})

it('says why there is none', () => {
  expect(chooseCoordinator([])).toEqual({
    none: 'no Redis or Postgres client of this process has had an answer from its server yet',
  })
})
