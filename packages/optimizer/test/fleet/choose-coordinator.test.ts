import { expect, it } from 'vitest'
import { chooseCoordinator } from '../../src/engines.ts'
import { cache, engines, queues, shop } from '../server-candidates.ts'

it('takes the Redis of the application, whatever else it uses', () => {
  expect(chooseCoordinator([shop, cache], engines)).toEqual({ candidate: cache })
})

it('takes its Postgres when there is no Redis', () => {
  expect(chooseCoordinator([shop], engines)).toEqual({ candidate: shop })
})

it('takes one of several clients of the same server', () => {
  expect(chooseCoordinator([cache, { ...cache }], engines)).toEqual({ candidate: cache })
})

it('chooses nothing where two processes could choose differently', () => {
  expect(chooseCoordinator([cache, queues, shop], engines)).toEqual({
    none: '2 Redis servers are in use (cache:6379/0, queues:6379/0); choose the one that coordinates',
  })
})

it('gives the reason why there is none', () => {
  expect(chooseCoordinator([], engines)).toEqual({
    none: 'no Redis or Postgres client of this process has had an answer from its server yet',
  })
})

it('chooses a server of an engine that it has never heard of, and names it as its domain does', () => {
  const etcd = { name: 'etcd', title: 'etcd v3' }
  const node = { ...shop, engine: 'etcd', address: 'etcd-1:2379' }
  expect(chooseCoordinator([node], [...engines, etcd])).toEqual({ candidate: node })
  expect(chooseCoordinator([node, cache], [etcd, ...engines])).toEqual({ candidate: node })
  expect(chooseCoordinator([node, { ...node, address: 'etcd-2:2379' }], [etcd])).toEqual({
    none: '2 etcd v3 servers are in use (etcd-1:2379, etcd-2:2379); choose the one that coordinates',
  })
  expect(chooseCoordinator([], [...engines, etcd])).toEqual({
    none: 'no Redis or Postgres or etcd v3 client of this process has had an answer from its server yet',
  })
})

it('chooses no server of an engine that is not among those asked for', () => {
  expect(chooseCoordinator([cache], [{ name: 'postgres', title: 'Postgres' }])).toEqual({
    none: 'no Postgres client of this process has had an answer from its server yet',
  })
  expect(chooseCoordinator([cache], [])).toEqual({ none: 'no package in use provides a kind of server to choose from' })
})
